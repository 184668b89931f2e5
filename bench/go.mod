module github.com/isoaudit/isoaudit-go/bench

go 1.26.0

require github.com/go-json-experiment/json v1.27.2

require github.com/coder/websocket v1.8.15
