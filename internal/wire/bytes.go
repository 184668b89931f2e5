package wire

import (
	"strings"

	"encoding/base64"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// WriteBytes writes data in the Bytes encoding; null for nil. The server
// refuses empty bytes (protocol section 2.1), so they are an error here.
func WriteBytes(enc *jsontext.Encoder, data []byte) error {
	if data == nil {
		return enc.WriteToken(jsontext.Null)
	}
	if len(data) == 0 {
		return errors.New("the server cannot hold empty bytes: use nil")
	}
	return json.MarshalEncode(enc, struct {
		Type   string `json:"__type"`
		Base64 string `json:"base64"`
	}{"Bytes", base64.StdEncoding.EncodeToString(data)})
}

// ReadBytes reads the Bytes encoding; null gives nil.
func ReadBytes(dec *jsontext.Decoder) ([]byte, error) {
	value, err := readTyped[struct {
		Base64 *string `json:"base64"`
	}](dec, "Bytes")
	if err != nil || value.Base64 == nil {
		return nil, err
	}
	text, ok := CanonicalBase64(*value.Base64) // servers keep it as it was sent
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || !ok {
		return nil, &TypeError{Want: "a value of type Bytes", Found: "one that is not base64"}
	}
	return data, nil
}

// File is a file stored by the server.
type File struct {
	Name string
	URL  string
}

// MarshalJSONTo writes the File encoding; null for the zero File. One without
// URL is refused: it can stop a Parse Server (protocol section 12.1).
func (f File) MarshalJSONTo(enc *jsontext.Encoder) error {
	if f == (File{}) {
		return enc.WriteToken(jsontext.Null)
	}
	if f.Name == "" || f.URL == "" {
		return errors.New("a file needs the name and the URL that its upload returned")
	}
	return json.MarshalEncode(enc, struct {
		Type string `json:"__type"`
		Name string `json:"name"`
		URL  string `json:"url"`
	}{"File", f.Name, f.URL})
}

// UnmarshalJSONFrom reads the File encoding; null leaves the zero File.
func (f *File) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	value, err := readTyped[struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}](dec, "File")
	*f = File(value)
	return err
}

// PlainBase64 gives base64 in its strict form without padding. As JavaScript does,
// it takes the alphabet of URLs too, skips what belongs to neither, and ends at the
// first sign of padding.
func PlainBase64(text string) string {
	text, _, _ = strings.Cut(text, "=")
	plain := make([]byte, 0, len(text))
	for _, c := range []byte(text) {
		switch {
		case c == '-':
			plain = append(plain, '+')
		case c == '_':
			plain = append(plain, '/')
		case 'a' <= c|0x20 && c|0x20 <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
			plain = append(plain, c)
		}
	}
	if len(plain)%4 == 1 { // too few bits for a byte
		plain = plain[:len(plain)-1]
	}
	return string(plain)
}

// CanonicalBase64 gives base64 in its strict form with padding; false for a text
// that holds none.
func CanonicalBase64(text string) (string, bool) {
	data, err := base64.RawStdEncoding.DecodeString(PlainBase64(text))
	return base64.StdEncoding.EncodeToString(data), err == nil && (len(data) > 0 || text == "")
}
