package wire

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// isoLayout is the one form in which a server writes a date: UTC, milliseconds.
const isoLayout = "2006-01-02T15:04:05.000Z"

const (
	datePrefix = `{"__type":"Date","iso":"`
	dateSuffix = `"}`
)

// CheckDate returns an error for a time that the encoding cannot hold.
func CheckDate(t time.Time) error {
	if year := t.UTC().Year(); year < 0 || year > 9999 {
		return fmt.Errorf("year %d is outside 0 to 9999", year)
	}
	return nil
}

// FormatISO writes t in UTC, truncated to the millisecond: a server on
// PostgreSQL would store more digits than it returns, and the returned value
// would then not find the row again (protocol section 3.4).
func FormatISO(t time.Time) string { return string(AppendISO(nil, t)) }

// AppendISO appends what FormatISO returns.
func AppendISO(dst []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(dst, isoLayout)
	}
	hour, minute, second := t.Clock() // several times faster than AppendFormat
	text := [len(isoLayout)]byte{4: '-', 7: '-', 10: 'T', 13: ':', 16: ':', 19: '.', 23: 'Z'}
	put := func(at, digits, n int) {
		for i := at + digits - 1; i >= at; i-- {
			text[i] = byte('0' + n%10)
			n /= 10
		}
	}
	put(0, 4, year)
	put(5, 2, int(month))
	put(8, 2, day)
	put(11, 2, hour)
	put(14, 2, minute)
	put(17, 2, second)
	put(20, 3, t.Nanosecond()/int(time.Millisecond))
	return append(dst, text[:]...)
}

// AppendDate appends t as a Date object, or null for the zero time.
func AppendDate(dst []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(dst, "null"...)
	}
	dst = append(dst, datePrefix...)
	dst = AppendISO(dst, t)
	return append(dst, dateSuffix...)
}

// ParseISO reads a timestamp with or without milliseconds and with any offset,
// and gives it in UTC, truncated to the millisecond. Years outside 0 to 9999 have
// a sign and six digits, as JavaScript writes them.
func ParseISO(text string) (time.Time, error) {
	if t, ok := parseFixed(text); ok {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		var ok bool
		if t, ok = parseFarYear(text); !ok {
			return time.Time{}, &TypeError{Want: "a date", Found: "a string that is no ISO 8601 date"}
		}
	}
	return t.UTC().Truncate(time.Millisecond), nil
}

// parseFarYear reads a timestamp whose year has a sign and six digits. The
// calendar repeats itself every 400 years.
func parseFarYear(text string) (time.Time, bool) {
	const cycle = 400
	if len(text) < len("+010000") || text[0] != '+' && text[0] != '-' {
		return time.Time{}, false
	}
	year, ok := digits(text[1:7])
	if text[0] == '-' {
		year = -year
	}
	near := 2000 + (year%cycle+cycle)%cycle
	t, err := time.Parse(time.RFC3339Nano, strconv.Itoa(near)+text[7:])
	if !ok || err != nil {
		return time.Time{}, false
	}
	return t.AddDate(year-near, 0, 0), true
}

// parseFixed reads exactly the form the server writes, several times faster
// than time.Parse.
func parseFixed[Text string | []byte](s Text) (time.Time, bool) {
	if len(s) != len(isoLayout) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != '.' || s[23] != 'Z' {
		return time.Time{}, false
	}
	century, year, month, day := pair(s, 0), pair(s, 2), pair(s, 5), pair(s, 8)
	hour, minute, second, centi, milli := pair(s, 11), pair(s, 14), pair(s, 17), pair(s, 20), int(s[22])-'0'
	year += 100 * century
	if century > 99 || year >= 100*century+100 || month < 1 || month > 12 || day < 1 || day > 28 && day > daysIn(year, month) ||
		hour > 23 || minute > 59 || second > 59 || centi > 99 || milli < 0 || milli > 9 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, (centi*10+milli)*int(time.Millisecond), time.UTC), true
}

// pair is the number of two digits at a place of s, more than 99 for other characters.
func pair[Text string | []byte](s Text, at int) int {
	tens, units := s[at]-'0', s[at+1]-'0'
	if tens > 9 || units > 9 {
		return 1000
	}
	return int(tens)*10 + int(units)
}

func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func digits[Text string | []byte](s Text) (int, bool) {
	n := 0
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + int(d)
	}
	return n, true
}

// ReadDate reads a Date object, a plain ISO string as in createdAt, or null,
// which is the zero time.
func ReadDate(dec *jsontext.Decoder) (time.Time, error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return time.Time{}, err
	}
	return DecodeDate(raw)
}

// UsualDate reads a date in exactly the two forms that servers write. It reports
// false for any other value.
func UsualDate(raw jsontext.Value) (time.Time, bool) {
	t, size, ok := LeadingDate(raw)
	return t, ok && size == len(raw)
}

// LeadingDate is UsualDate for the date with which data begins. It gives its size.
func LeadingDate(data []byte) (t time.Time, size int, ok bool) {
	before, after := `"`, `"`
	if bytes.HasPrefix(data, []byte(datePrefix)) {
		before, after = datePrefix, dateSuffix
	}
	end := len(before) + len(isoLayout)
	if size = end + len(after); len(data) < size || string(data[:len(before)]) != before || string(data[end:size]) != after {
		return time.Time{}, 0, false
	}
	t, ok = parseFixed(data[len(before):end])
	return t, size, ok
}

// DecodeDate is ReadDate for a value that was read already.
func DecodeDate(raw jsontext.Value) (time.Time, error) {
	if t, ok := UsualDate(raw); ok {
		return t, nil
	}
	switch raw.Kind() {
	case 'n':
		return time.Time{}, nil
	case '"':
		text := raw[1 : len(raw)-1]
		if bytes.IndexByte(text, '\\') < 0 {
			return ParseISO(string(text))
		}
	case '{':
		var date struct {
			ISO string `json:"iso"`
		}
		if err := decodeTyped(raw, "Date", &date); err != nil {
			return time.Time{}, err
		}
		return ParseISO(date.ISO)
	}
	return time.Time{}, &TypeError{Want: "a date", Found: Describe(raw)}
}
