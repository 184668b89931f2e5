package wire

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Marshalers write time.Time as Date and []byte as Bytes.
func Marshalers() *json.Marshalers {
	return json.JoinMarshalers(
		json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
			if err := CheckDate(t); err != nil {
				return err
			}
			return enc.WriteValue(AppendDate(enc.AvailableBuffer(), t))
		}),
		json.MarshalToFunc(WriteBytes),
	)
}

// Unmarshalers read Date into time.Time and Bytes into []byte.
func Unmarshalers() *json.Unmarshalers {
	return json.JoinUnmarshalers(
		json.UnmarshalFromFunc(func(dec *jsontext.Decoder, t *time.Time) (err error) {
			*t, err = ReadDate(dec)
			return err
		}),
		json.UnmarshalFromFunc(func(dec *jsontext.Decoder, data *[]byte) (err error) {
			*data, err = ReadBytes(dec)
			return err
		}),
	)
}

// Tolerant are the options to read what a server sends: unknown keys are
// ignored, of a repeated key the last one counts, and text that is no Unicode,
// such as half of a surrogate pair, is read as U+FFFD. JSON that only passes
// through keeps such text as it is.
func Tolerant() json.Options { return tolerant }
