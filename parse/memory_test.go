package parse_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/parse"
)

// memory is a transport that answers finds from rows in memory, as a database
// of a given kind does.
type memory struct {
	mu         sync.Mutex
	rows       []map[string]any
	limitCap   int  // 0: none
	nullsFirst bool // for ascending order; the other way round for descending
	between    func(m *memory, page int)
	pages      int
	queries    []url.Values
}

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	query, err := readQuery(req)
	if err != nil {
		return nil, err
	}
	m.queries = append(m.queries, query)
	if m.pages++; m.between != nil {
		m.between(m, m.pages)
	}
	found, err := m.find(query)
	if err != nil {
		return reply(400, fmt.Sprintf(`{"code":102,"error":%q}`, err))(req)
	}
	body, err := json.Marshal(map[string]any{"results": found})
	if err != nil {
		return nil, err
	}
	return reply(200, string(body))(req)
}

// readQuery reads a find as a server does: a long one comes as POST with _method.
func readQuery(req *http.Request) (url.Values, error) {
	if req.Method == http.MethodGet {
		return req.URL.Query(), nil
	}
	var fields map[string]jsontext.Value
	if err := json.UnmarshalRead(req.Body, &fields); err != nil {
		return nil, err
	}
	query := url.Values{}
	for name, value := range fields {
		text := string(value)
		if value.Kind() == '"' {
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, err
			}
		}
		query.Set(name, text)
	}
	if method := query.Get("_method"); method != http.MethodGet {
		return nil, fmt.Errorf("a %s with _method %q is not a find", req.Method, method)
	}
	return query, nil
}

func (m *memory) find(query url.Values) ([]map[string]any, error) {
	condition, err := where.Parse([]byte(query.Get("where")), where.Limits{})
	if err != nil {
		return nil, err
	}
	found := []map[string]any{}
	for _, row := range m.rows {
		ok, err := condition.Match(row)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, row)
		}
	}
	orders := strings.Split(query.Get("order"), ",")
	slices.SortStableFunc(found, func(a, b map[string]any) int {
		for _, order := range orders {
			name, descending := strings.CutPrefix(order, "-")
			sign := 1
			if descending {
				sign = -1
			}
			if c := sign * m.compare(a[name], b[name]); c != 0 {
				return c
			}
		}
		return 0
	})
	skip, _ := strconv.Atoi(query.Get("skip"))
	found = found[min(skip, len(found)):]
	limit := 100
	if text := query.Get("limit"); text != "" {
		limit, _ = strconv.Atoi(text)
	}
	if m.limitCap > 0 {
		limit = min(limit, m.limitCap)
	}
	found = found[:min(limit, len(found))]
	return selected(found, query.Get("keys")), nil
}

func selected(rows []map[string]any, keys string) []map[string]any {
	if keys == "" {
		return rows
	}
	wanted := append(strings.Split(keys, ","), "objectId", "createdAt", "updatedAt")
	cut := make([]map[string]any, len(rows))
	for i, row := range rows {
		cut[i] = map[string]any{}
		for _, key := range wanted {
			if v, ok := row[key]; ok {
				cut[i][key] = v
			}
		}
	}
	return cut
}

func (m *memory) compare(a, b any) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil || b == nil:
		if (a == nil) == m.nullsFirst {
			return -1
		}
		return 1
	}
	switch a := a.(type) {
	case float64:
		return cmp.Compare(a, b.(float64))
	case bool:
		return cmp.Compare(strconv.FormatBool(a), strconv.FormatBool(b.(bool)))
	case map[string]any:
		return cmp.Compare(a["iso"].(string), b.(map[string]any)["iso"].(string))
	}
	return cmp.Compare(a.(string), b.(string))
}

func (m *memory) client(t testing.TB) *isoaudit.Client {
	client, err := isoaudit.NewClient(serverURL, parse.WithApplicationID("app"), parse.WithTransport(m))
	require.NoError(t, err)
	return client
}

func wireDate(day int) map[string]any {
	return map[string]any{"__type": "Date", "iso": fmt.Sprintf("2026-03-%02dT08:00:00.000Z", day)}
}
