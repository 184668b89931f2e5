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
// ignored, and of a repeated key the last one counts.
func Tolerant() json.Options { return tolerant }

// Lenient are the options for JSON whose values go on as they are: like Tolerant,
// and texts need not be valid UTF-8.
func Lenient() json.Options { return lenient }
