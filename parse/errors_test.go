package parse_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/wire"
	"github.com/isoaudit/isoaudit-go/parse"
)

// Every code of internal/wire has a sentinel here, which matches the answer of a
// server and explains itself.
func TestEveryCodeHasASentinel(t *testing.T) {
	source, err := os.ReadFile("../internal/wire/codes.go")
	require.NoError(t, err)
	declared := regexp.MustCompile(`(?m)^\t(Code\w+)\s+= (-?\d+)$`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(declared), 40)
	sentinels, err := os.ReadFile("codes.go")
	require.NoError(t, err)
	for _, constant := range declared {
		name := "Err" + strings.TrimPrefix(constant[1], "Code")
		require.Regexp(t, `(?m)^\t`+name+`\s+Code = wire\.`+constant[1]+`\s+//`, string(sentinels))
		code, err := strconv.Atoi(constant[2])
		require.NoError(t, err)
		require.NotEmpty(t, wire.CodeText(code), name)

		client, _ := scriptedClient(t, nil, reply(400, fmt.Sprintf(`{"code":%d,"error":"text"}`, code)))
		failure := writeWithID(t.Context(), client)
		require.ErrorIs(t, failure, parse.Code(code))
		require.NotErrorIs(t, failure, parse.Code(code+1))
		require.Equal(t, wire.CodeText(code), parse.Code(code).Error())
	}
	require.Equal(t, "error code 4242", parse.Code(4242).Error())
}

func TestBodiesOfFailures(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		code parse.Code
		text string
	}{
		"Parse":             {`{"code":101,"error":"Object not found."}`, 101, "Object not found."},
		"uncaught":          {`{"code":1,"message":"Internal server error."}`, 1, "Internal server error."},
		"code-less":         {`{"error":"unauthorized"}`, 0, "unauthorized"},
		"webhook":           {`{"code":141,"error":{"a":[1]}}`, 141, `{"a":[1]}`},
		"HTML":              {badGateway, 0, "<html>"},
		"nothing":           {``, 0, ""},
		"JSON list":         {`[1,2]`, 0, "[1,2]"},
		"code as text":      {`{"code":"101","error":"x"}`, 0, "x"},
		"huge code":         {`{"code":99999999999,"error":"x"}`, 0, "x"},
		"fraction":          {`{"code":1.5,"error":"x"}`, 0, "x"},
		"null":              {`{"code":101,"error":null}`, 101, ""},
		"repeated key":      {`{"code":101,"error":"x","error":"y"}`, 101, "y"},
		"control character": {"{\"error\":\"a\\nlevel=ERROR b\"}", 0, "a level=ERROR b"},
		"bad UTF-8":         {"{\"error\":\"a\xffb\"}", 0, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := scriptedClient(t, nil, reply(400, test.body))
			var failure *parse.Error
			require.ErrorAs(t, read(t.Context(), client), &failure)
			require.Equal(t, test.code, failure.Code)
			require.Contains(t, failure.Message, test.text)
			require.Equal(t, 400, failure.HTTPStatus)
			require.Equal(t, "Config.Get", failure.Op)
			require.NotContains(t, failure.Error(), "\n")
		})
	}
}

func TestTextsOfServersAreCapped(t *testing.T) {
	for _, body := range []string{strings.Repeat("x", 1<<20), `{"error":"` + strings.Repeat("x", 1<<20) + `"}`} {
		client, _ := scriptedClient(t, nil, reply(400, body))
		var failure *parse.Error
		require.ErrorAs(t, read(t.Context(), client), &failure)
		require.Less(t, len(failure.Message), 17<<10)
		require.Less(t, len(failure.Error()), 700)
	}
}

func TestErrorText(t *testing.T) {
	client, _ := scriptedClient(t, nil, reply(404, notFound))
	err := client.As(isoaudit.SessionWithToken("r:x")).AuditPlans.Delete(t.Context(), "p1")
	require.EqualError(t, err, `parse: AuditPlan.Delete "p1": Object not found. (code 101, HTTP 404); the object does not exist, or this session may not see or change it`)
	require.Equal(t, err.Error(), fmt.Sprintf("%+v", err))
	require.Equal(t, strconv.Quote(err.Error()), fmt.Sprintf("%q", err))

	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("failed", "err", err)
	var record struct {
		Err map[string]any `json:"err"`
	}
	require.NoError(t, json.Unmarshal([]byte(log.String()), &record))
	require.Equal(t, "AuditPlan.Delete", record.Err["op"])
	require.EqualValues(t, 101, record.Err["code"])
	require.Equal(t, false, record.Err["outcome_unknown"])
}
