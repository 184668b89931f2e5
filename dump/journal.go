package dump

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/go-json-experiment/json"

	"github.com/isoaudit/isoaudit-go/parse"
)

// journal is what a restoring has done, kept in a file of lines so that another call
// goes on with it.
type journal struct {
	name  string
	file  *os.File              // nil until start
	whole int64                 // bytes of its complete lines
	begun bool                  // by an earlier call
	parts map[string]bool       // restored as a whole
	files map[string]parse.File // by their names in the dump
}

// note is a line of a journal; one of its members is set.
type note struct {
	Dump string      `json:"dump,omitzero"` // the first line: sum of the manifest
	Part string      `json:"part,omitzero"`
	File string      `json:"file,omitzero"` // its name in the dump
	As   *parse.File `json:"as,omitzero"`   // and on the server
}

// readJournal reads what is there. A last line that was cut counts as not written.
func readJournal(name, sum string) (*journal, error) {
	j := &journal{name: name, parts: map[string]bool{}, files: map[string]parse.File{}}
	have, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dump: journal: %w", err)
	}
	for advance, line := range lines(have) {
		var n note
		if err := json.Unmarshal(line, &n); err != nil {
			return nil, fmt.Errorf("dump: journal %s: line %q is none of a journal: give another name, or take the file away", name, line)
		}
		if n.Dump != "" && n.Dump != sum {
			return nil, fmt.Errorf("dump: journal %s is that of another dump: give another name", name)
		}
		j.begun = true
		if n.Part != "" {
			j.parts[n.Part] = true
		}
		if n.As != nil {
			j.files[n.File] = *n.As
		}
		j.whole += int64(advance)
	}
	return j, nil
}

// start lets the journal be written, behind what it holds.
func (j *journal) start(sum string) (err error) {
	if j.file, err = os.OpenFile(j.name, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("dump: journal: %w", err)
	}
	err = j.file.Truncate(j.whole)
	if err == nil {
		_, err = j.file.Seek(0, io.SeekEnd)
	}
	if err == nil && !j.begun {
		err = j.write(note{Dump: sum})
	}
	if err != nil {
		return errors.Join(err, j.file.Close())
	}
	return nil
}

// lines gives the complete lines and how many bytes each takes.
func lines(text []byte) func(yield func(int, []byte) bool) {
	return func(yield func(int, []byte) bool) {
		for len(text) > 0 {
			advance, line, _ := bufio.ScanLines(text, false)
			if advance == 0 || !yield(advance, line) {
				return
			}
			text = text[advance:]
		}
	}
}

func (j *journal) write(n note) error {
	line, err := json.Marshal(n)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *journal) partDone(name string) error {
	j.parts[name] = true
	return j.write(note{Part: name})
}

func (j *journal) fileDone(name string, as parse.File) error {
	j.files[name] = as
	return j.write(note{File: name, As: &as})
}
