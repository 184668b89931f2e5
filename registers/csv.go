package registers

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

const byteOrderMark = "\ufeff"

// CSV makes a table of a CSV file in UTF-8, with or without a byte order mark. Its values
// are set apart by commas, semicolons or tabs, whichever are in its first row. name is
// what problems call it.
func CSV(register, name string, content io.ReaderAt, size int64) Table {
	return Table{register: register, sheet: name, epoch: epoch1900, csv: true, lines: func() iter.Seq2[line, error] {
		return func(yield func(line, error) bool) {
			if err := readCSV(io.NewSectionReader(content, 0, size), func(l line) bool { return yield(l, nil) }); err != nil {
				yield(line{}, fmt.Errorf("registers: %s: %w", name, err))
			}
		}
	}}
}

func readCSV(content io.Reader, yield func(line) bool) error {
	bounded := &boundedRows{content: content}
	bounded.next()
	buffered := bufio.NewReader(bounded)
	if mark, _ := buffered.Peek(len(byteOrderMark)); string(mark) == byteOrderMark {
		_, _ = buffered.Discard(len(mark))
	}
	rows := csv.NewReader(buffered)
	rows.FieldsPerRecord = -1
	head, _ := buffered.Peek(4096)
	rows.Comma = separator(head)
	for row := 0; ; bounded.next() {
		record, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errLongRow) {
			return fmt.Errorf("the row after line %d has more than %d bytes: a quotation mark may be missing", row, maxRowBytes)
		}
		if err != nil {
			return err
		}
		row, _ = rows.FieldPos(0)
		l := line{row: row, cells: make([]cell, len(record))}
		for i, text := range record {
			if !utf8.ValidString(text) {
				return fmt.Errorf("row %d is not in UTF-8: save the file as \"CSV UTF-8\"", row)
			}
			l.cells[i] = cell{text: text, shown: text}
		}
		if !yield(l) {
			return nil
		}
	}
}

// boundedRows gives the bytes of a file, of one row not many more than maxRowBytes: a
// quotation mark that is missing makes one row of the rest of the file.
type boundedRows struct {
	content io.Reader
	left    int
}

var errLongRow = errors.New("the row is too long")

// next begins a row. A part of it may have been read ahead.
func (b *boundedRows) next() { b.left = maxRowBytes + readAhead }

const readAhead = 4096 // of bufio

func (b *boundedRows) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errLongRow
	}
	n, err := b.content.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// separator finds what stands between the headers.
func separator(head []byte) rune {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	most, found := 0, ','
	for _, mark := range ",;\t" {
		if n := bytes.Count(first, []byte(string(mark))); n > most {
			most, found = n, mark
		}
	}
	return found
}

// csvSheet writes a CSV file.
type csvSheet struct{ out *csv.Writer }

func newCSVSheet(to io.Writer) (*csvSheet, error) {
	// Without the mark Excel takes the file for one of an old encoding.
	if _, err := io.WriteString(to, byteOrderMark); err != nil {
		return nil, err
	}
	return &csvSheet{csv.NewWriter(to)}, nil
}

func (s *csvSheet) row(values []value) error {
	record := make([]string, len(values))
	for i, v := range values {
		record[i] = neutral(v.text)
	}
	return s.out.Write(record)
}

func (s *csvSheet) finish() error {
	s.out.Flush()
	return s.out.Error()
}
