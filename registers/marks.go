package registers

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// marks are what a row of values does not tell of a sheet: which cells hold formulas
// and which are merged. The library tells either only of a sheet that it holds whole.
type marks struct {
	formulas map[[2]int]bool // by row and column, from 1
	errors   map[[2]int]bool // likewise, of cells that hold #N/A and the like
	merged   []mergedRange
}

type mergedRange struct {
	name                   string
	top, left, bottom, end int
}

// Bounds of what is noted of a sheet.
const (
	maxFormulas = 100_000
	maxErrors   = 100_000
	maxMerged   = 1000
)

// mark notes what is known of a cell.
func (m *marks) mark(c *cell, row, column int) {
	for _, r := range m.merged {
		if r.top <= row && row <= r.bottom && r.left <= column && column <= r.end {
			c.merged = r.name
		}
	}
	c.formula, c.broken = m.formulas[[2]int{row, column}], m.errors[[2]int{row, column}]
}

// readMarks reads the part of the workbook that holds a sheet.
func readMarks(archive *zip.Reader, sheet string) (*marks, error) {
	name, err := partOf(archive, sheet)
	if err != nil {
		return nil, err
	}
	part, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = part.Close() }()
	m := &marks{formulas: map[[2]int]bool{}, errors: map[[2]int]bool{}}
	decoder := xml.NewDecoder(io.LimitReader(part, maxUnpacked))
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	row, column := 0, 0
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "row":
			row, column = row+1, 0
			if at := attribute(start, "r"); at != "" {
				if row, err = strconv.Atoi(at); err != nil {
					return nil, err
				}
			}
		case "c":
			column++
			if at := attribute(start, "r"); at != "" {
				if column, _, err = excelize.CellNameToCoordinates(at); err != nil {
					return nil, err
				}
			}
			if attribute(start, "t") == "e" {
				m.errors[[2]int{row, column}] = true
			}
		case "f":
			m.formulas[[2]int{row, column}] = true
		case "mergeCell":
			if err := m.merge(attribute(start, "ref")); err != nil {
				return nil, err
			}
		}
		if len(m.formulas) > maxFormulas || len(m.errors) > maxErrors || len(m.merged) > maxMerged {
			return nil, fmt.Errorf("it has more than %d formulas, %d errors or %d merged ranges", maxFormulas, maxErrors, maxMerged)
		}
	}
}

func (m *marks) merge(name string) error {
	r := mergedRange{name: name}
	first, last, two := strings.Cut(name, ":")
	if !two {
		last = first
	}
	var err error
	if r.left, r.top, err = excelize.CellNameToCoordinates(first); err == nil {
		r.end, r.bottom, err = excelize.CellNameToCoordinates(last)
	}
	m.merged = append(m.merged, r)
	return err
}

// partOf finds the part of a sheet by way of the workbook's.
func partOf(archive *zip.Reader, sheet string) (string, error) {
	root, err := targets(archive, "", "_rels/.rels")
	if err != nil {
		return "", err
	}
	for _, main := range root {
		if !strings.HasSuffix(main.kind, "/officeDocument") {
			continue
		}
		var book struct {
			Sheets []struct {
				Name string     `xml:"name,attr"`
				Attr []xml.Attr `xml:",any,attr"`
			} `xml:"sheets>sheet"`
		}
		if err := readXML(archive, main.name, &book); err != nil {
			return "", err
		}
		parts, err := targets(archive, path.Dir(main.name), path.Join(path.Dir(main.name), "_rels", path.Base(main.name)+".rels"))
		if err != nil {
			return "", err
		}
		for _, one := range book.Sheets {
			for _, attr := range one.Attr {
				if part, ok := parts[attr.Value]; ok && attr.Name.Local == "id" && one.Name == sheet {
					return part.name, nil
				}
			}
		}
	}
	return "", errors.New("the workbook does not say where it is")
}

// target is what a part of the workbook refers to.
type target struct{ kind, name string }

// targets reads a part that lists what another refers to, by id.
func targets(archive *zip.Reader, base, name string) (map[string]target, error) {
	var list struct {
		Relationships []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := readXML(archive, name, &list); err != nil {
		return nil, err
	}
	found := map[string]target{}
	for _, r := range list.Relationships {
		name := path.Join(base, r.Target)
		if absolute, ok := strings.CutPrefix(r.Target, "/"); ok {
			name = absolute
		}
		found[r.ID] = target{r.Type, name}
	}
	return found, nil
}

func readXML(archive *zip.Reader, name string, into any) error {
	part, err := archive.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = part.Close() }()
	return xml.NewDecoder(io.LimitReader(part, maxInMemory)).Decode(into)
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
