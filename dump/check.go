package dump

import (
	"errors"
	"fmt"
	"time"
)

// Check reads a dump to its end and compares all of it with the sums of its manifest.
// What is cut, edited or missing is a *[Damage] with the name of the part.
func Check(name string) (*Manifest, error) {
	in, err := openFolder(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.root.Close() }()
	return in.check()
}

func (f *folder) check() (*Manifest, error) {
	m, err := f.readManifest()
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		return nil, errors.New("dump: the folder has no " + manifestFile + ": it is no dump")
	case m.Ended.IsZero():
		return nil, fmt.Errorf("dump: it was begun at %s and ended early: write it again into the same folder, which completes it", m.Began.Format(time.RFC3339))
	}
	for _, parameter := range m.Config {
		for i := range parameter.Files {
			if err := f.checkContent(&parameter.Files[i]); err != nil {
				return nil, err
			}
		}
	}
	for _, class := range m.Classes {
		for _, part := range class.Parts {
			err := f.readPart(part, func(e *entry) error {
				if e.File == nil {
					return nil
				}
				return f.checkContent(e.File)
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}
