package dump

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/schema"
)

// format is the number of the way in which dumps are written.
const format = 1

// manifestFile is the name of the manifest in the folder of a dump.
const manifestFile = "manifest.json"

// Manifest says what is in a dump.
type Manifest struct {
	Format   int           `json:"format"`
	Server   string        `json:"server"` // its version
	Began    time.Time     `json:"began"`
	Ended    time.Time     `json:"ended,omitzero"` // zero: the dump ended early
	Schema   schema.Schema `json:"schema"`
	Config   []Parameter   `json:"config,omitempty"`
	Classes  []Class       `json:"classes"`           // in the order of restoring
	Lost     []string      `json:"lost,omitempty"`    // names of files that rows refer to and that the server does not have
	Accounts int           `json:"accounts,omitzero"` // users whose log-in with another service is left out
}

// Parameter is one of the configuration.
type Parameter struct {
	Name       string         `json:"name"`
	Value      jsontext.Value `json:"value"`
	MasterOnly bool           `json:"masterOnly,omitzero"`
	Files      []storedFile   `json:"files,omitempty"` // that the value refers to
}

// Class are the rows of one class.
type Class struct {
	Name  string `json:"name"`
	Parts []Part `json:"parts,omitempty"`
	Done  bool   `json:"done,omitzero"`
}

// Rows is how many there are.
func (c *Class) Rows() (n int) {
	for _, p := range c.Parts {
		n += p.Rows
	}
	return n
}

// last is the id of the last row, "" where there is none yet.
func (c *Class) last() string {
	if len(c.Parts) == 0 {
		return ""
	}
	return c.Parts[len(c.Parts)-1].Last
}

// Part is one file of rows: lines of JSON, compressed.
type Part struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"`
	Files  int    `json:"files,omitzero"`
	Last   string `json:"last"`   // id of its last row
	SHA256 string `json:"sha256"` // of the file as it is
}

// Rows is how many rows the dump holds.
func (m *Manifest) Rows() (n int) {
	for i := range m.Classes {
		n += m.Classes[i].Rows()
	}
	return n
}

// sealed is the manifest as it is stored, with its own sum: of the dump's parts it has
// the sums, and this one tells that it was not edited itself.
type sealed struct {
	Manifest jsontext.Value `json:"manifest"`
	SHA256   string         `json:"sha256"`
}

func (m *Manifest) seal() (text []byte, sum string, err error) {
	inner, err := json.Marshal(m, json.Deterministic(true))
	if err != nil {
		return nil, "", err
	}
	sum = sumOf(inner)
	text, err = json.Marshal(sealed{inner, sum}, jsontext.WithIndent(" "))
	return append(text, '\n'), sum, err
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readManifest reads that of a folder; nil where there is none.
func (f *folder) readManifest() (*Manifest, error) {
	data, err := f.root.ReadFile(manifestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var stored sealed
	if err := json.Unmarshal(data, &stored, json.RejectUnknownMembers(true)); err != nil {
		return nil, &Damage{manifestFile, "it is no manifest of a dump: " + err.Error()}
	}
	var m Manifest
	inner := stored.Manifest
	if err := inner.Compact(); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(inner, &m); err != nil {
		return nil, &Damage{manifestFile, "it is no manifest of a dump: " + err.Error()}
	}
	if m.Format != format {
		return nil, fmt.Errorf("dump: %s: format %d is not known to this program, which knows %d: use the program that wrote it, or a newer one", manifestFile, m.Format, format)
	}
	if sumOf(inner) != stored.SHA256 {
		return nil, &Damage{manifestFile, "its sum is another: it was edited or cut"}
	}
	return &m, nil
}

func (f *folder) writeManifest(m *Manifest) error {
	text, _, err := m.seal()
	if err != nil {
		return err
	}
	return f.replace(manifestFile, text)
}

// Damage is a part of a dump that is not what was written.
type Damage struct {
	Part   string // name in the folder
	Reason string
}

// Error names the part and what to do.
func (d *Damage) Error() string {
	return "dump: " + d.Part + ": " + d.Reason + "; nothing was restored: take another copy of the dump, or write it again into an empty folder"
}
