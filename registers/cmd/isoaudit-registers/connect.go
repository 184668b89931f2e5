package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/isoaudit/isoaudit-go"
	"github.com/isoaudit/isoaudit-go/internal/keys"
	"github.com/isoaudit/isoaudit-go/parse"
)

// connect makes a client that acts as somebody or with the master key. done ends the
// session.
func (c *command) connect(ctx context.Context, getenv func(string) string) (client *parse.Client, done func() error, err error) {
	key, err := keys.From(c.keysFile, getenv)
	if err != nil {
		return nil, nil, err
	}
	if key("ISOAUDIT_APP_ID") == "" {
		return nil, nil, errors.New("ISOAUDIT_APP_ID is not set, neither in the environment nor, with -keys, in the file")
	}
	options := []parse.Option{parse.WithApplicationID(key("ISOAUDIT_APP_ID"))}
	if rest := key("ISOAUDIT_REST_KEY"); rest != "" {
		options = append(options, parse.WithRESTKey(rest))
	}
	username, master := key("ISOAUDIT_USERNAME"), key("ISOAUDIT_MASTER_KEY")
	switch {
	case username != "" && master != "":
		return nil, nil, errors.New("both ISOAUDIT_USERNAME and ISOAUDIT_MASTER_KEY are set: say by whose rights, and leave one out")
	case username != "":
		anonymous, err := isoaudit.NewClient(c.url, options...)
		if err != nil {
			return nil, nil, err
		}
		_, session, err := parse.LogIn[struct{ parse.Object }](ctx, anonymous, username, key("ISOAUDIT_PASSWORD"))
		if err != nil {
			return nil, nil, fmt.Errorf("log in as %s: %w", username, err)
		}
		client := anonymous.Client.As(session)
		return client, func() error { return client.LogOut(context.WithoutCancel(ctx)) }, nil
	case master != "":
		admin, err := isoaudit.NewAdmin(c.url, master, options...)
		if err != nil {
			return nil, nil, err
		}
		return admin.Client.Client, func() error { return nil }, nil
	}
	return nil, nil, errors.New("neither ISOAUDIT_USERNAME and ISOAUDIT_PASSWORD nor ISOAUDIT_MASTER_KEY are set")
}
