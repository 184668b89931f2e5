package isoaudit

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxMessage = 16 << 10 // of an error's text: rule violations come as one long text
	maxExcerpt = 500      // of a body that is not Parse's, and of a message in Error()

	firstBuffer = 1 << 20 // reserved at most on the word of a Content-Length
)

var errTooLarge = errors.New("the answer is larger than the limit; see WithBodyLimits")

// readBody reads an answer to its end, unpacked, up to limit bytes.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	var body io.Reader = resp.Body
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") { // net/http unpacks only what it asked for itself
		unpacked, err := gzip.NewReader(resp.Body)
		if err != nil {
			return nil, fmt.Errorf("unpacking the answer: %w", err)
		}
		body = unpacked
	}
	data := make([]byte, 0, min(max(resp.ContentLength, 0)+512, limit+1, firstBuffer))
	for {
		n, err := body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// parseFailure reads the body of an answer that is not a success: Parse's own
// forms (protocol section 7) or whatever a proxy wrote.
func parseFailure(body []byte) (Code, string) {
	var answer struct {
		Code    jsontext.Value `json:"code"`
		Error   jsontext.Value `json:"error"`
		Message jsontext.Value `json:"message"`
		Errors  []graphQLError `json:"errors"`
	}
	lenient := json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if len(body) == 0 || json.Unmarshal(body, &answer, lenient) != nil {
		return 0, clip(string(body), maxExcerpt)
	}
	text := plainText(answer.Error)
	if text == "" {
		text = plainText(answer.Message)
	}
	if text == "" && len(answer.Errors) > 0 {
		return answer.Errors[0].code(), clip(answer.Errors[0].Message, maxMessage)
	}
	if text == "" && len(answer.Code) == 0 {
		text = clip(string(body), maxExcerpt)
	}
	return parseCode(answer.Code), clip(text, maxMessage)
}

// parseCode reads an error code; anything but a whole number is 0, no code.
func parseCode(value jsontext.Value) Code {
	code, err := strconv.ParseInt(string(value), 10, 32)
	if err != nil {
		return 0
	}
	return Code(code)
}

// plainText gives the text of a JSON string, and anything else as it stands:
// webhooks answer with objects in the place of the text.
func plainText(value jsontext.Value) string {
	if value.Kind() == '"' {
		text, err := jsontext.AppendUnquote(nil, value)
		if err == nil || len(text) > 0 {
			return string(text)
		}
	}
	if value.Kind() == 'n' {
		return ""
	}
	return string(value)
}

// clip shortens text and takes out what could forge a line of a log.
func clip(text string, limit int) string {
	cut := len(text) > limit
	if cut {
		text = text[:limit]
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.TrimSpace(text)
	if cut {
		text += "..."
	}
	return text
}

// retryAfter reads the header of the same name: seconds or a date.
func retryAfter(header http.Header) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}
