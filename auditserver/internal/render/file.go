package render

import (
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// appendFile writes a File with the URL it has on this server now.
func (r *Renderer) appendFile(b []byte, raw jsontext.Value) []byte {
	var f struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	}
	if json.Unmarshal(raw, &f) != nil {
		return append(b, raw...)
	}
	if !strings.HasPrefix(f.Name, "http://") && !strings.HasPrefix(f.Name, "https://") {
		f.URL = r.FileURL(r.baseURL, f.Name)
	}
	b = append(b, `{"__type":"File","name":`...)
	b, _ = jsontext.AppendQuote(b, f.Name)
	b = append(b, `,"url":`...)
	b, _ = jsontext.AppendQuote(b, f.URL)
	return append(b, '}')
}

// FileURL is the URL of a file for clients that know the server by base.
func (s *Settings) FileURL(base, name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return base + "/files/" + url.PathEscape(s.AppID) + "/" + strings.Join(parts, "/")
}
