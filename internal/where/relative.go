package where

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

func isRelativeTime(v any) bool {
	m, _ := v.(map[string]any)
	_, ok := m["$relativeTime"]
	return ok
}

// relativeTime reads "now", "in 1 day 2 hours" or "3 weeks ago".
func relativeTime(text string, now time.Time) (time.Time, error) {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 1 && words[0] == "now" {
		return now, nil
	}
	future := len(words) > 0 && words[0] == "in"
	past := len(words) > 0 && words[len(words)-1] == "ago"
	switch {
	case future && past:
		return now, errors.New("a time cannot have both 'in' and 'ago'")
	case future:
		words = words[1:]
	case past:
		words = words[:len(words)-1]
	default:
		return now, errors.New("a time is 'now', starts with 'in' or ends with 'ago'")
	}
	if len(words) == 0 || len(words)%2 != 0 {
		return now, errors.New("dangling unit or number")
	}
	var sum time.Duration
	for i := 0; i < len(words); i += 2 {
		n, err := strconv.ParseUint(words[i], 10, 31)
		if err != nil {
			return now, fmt.Errorf("%q is not a whole number", words[i])
		}
		unit, ok := timeUnit(words[i+1])
		if !ok {
			return now, fmt.Errorf("%q is not a unit of time", words[i+1])
		}
		if sum += time.Duration(n) * unit; sum < 0 || time.Duration(n) > maxRelative/unit || sum > maxRelative {
			return now, errors.New("the time is too far away")
		}
	}
	if past {
		sum = -sum
	}
	return now.Add(sum), nil
}

// maxRelative keeps the sum far from overflowing.
const maxRelative = 200 * 365 * 24 * time.Hour

func timeUnit(name string) (time.Duration, bool) {
	const day = 24 * time.Hour
	switch strings.TrimSuffix(name, "s") {
	case "sec", "second":
		return time.Second, true
	case "min", "minute":
		return time.Minute, true
	case "hr", "hour":
		return time.Hour, true
	case "day":
		return day, true
	case "wk", "week":
		return 7 * day, true
	case "yr", "year":
		return 365 * day, true
	}
	return 0, false
}
