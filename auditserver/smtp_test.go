package auditserver_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// mailServer speaks as much SMTP as a client needs for one message. It gives what the
// client said, with the message.
func mailServer(t *testing.T, certificate *tls.Config) (port int, said <-chan []string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	out := make(chan []string, 1)
	go func() {
		conn, err := ln.Accept()
		_ = ln.Close()
		if err != nil {
			return
		}
		out <- converse(conn, certificate)
		_ = conn.Close()
	}()
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().(*net.TCPAddr).Port, out
}

func converse(conn net.Conn, certificate *tls.Config) (said []string) {
	in := bufio.NewReader(conn)
	answer := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	answer("220 mail")
	for message := false; ; {
		line, err := in.ReadString('\n')
		if err != nil {
			return said
		}
		line = strings.TrimRight(line, "\r\n")
		said = append(said, line)
		switch verb, _, _ := strings.Cut(line, " "); {
		case message && line == ".":
			message = false
			answer("250 taken")
		case message:
		case verb == "EHLO":
			if _, secure := conn.(*tls.Conn); secure || certificate == nil {
				answer("250-mail\r\n250 AUTH PLAIN")
			} else {
				answer("250-mail\r\n250 STARTTLS")
			}
		case verb == "STARTTLS":
			answer("220 go on")
			conn = tls.Server(conn, certificate)
			in = bufio.NewReader(conn)
		case verb == "AUTH":
			answer("235 welcome")
		case verb == "DATA":
			message = true
			answer("354 go on")
		case verb == "QUIT":
			answer("221 bye")
			return said
		default:
			answer("250 fine")
		}
	}
}

func TestSMTPSendsOverTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	trusting := web.Client().Transport.(*http.Transport).TLSClientConfig
	port, said := mailServer(t, web.TLS)
	smtp := auditserver.SMTP{Host: "127.0.0.1", Port: port, Username: "user", Password: "secret", From: "Audits <audits@audits.example>", TLS: trusting}
	m := auditserver.Mail{To: "ada@example.com", Subject: "Prüfung\r\nBcc: eve@example.com", Text: "Hello,\n.\nhttps://audits.example/?token=x"}
	require.NoError(t, smtp.Send(t.Context(), m))
	lines := <-said
	text := strings.Join(lines, "\r\n")
	require.Less(t, strings.Index(text, "STARTTLS"), strings.Index(text, "AUTH PLAIN"))
	require.Contains(t, text, "MAIL FROM:<audits@audits.example>")
	require.Contains(t, text, "RCPT TO:<ada@example.com>")
	require.NotContains(t, text, "\r\nBcc:")
	_, raw, _ := strings.Cut(text, "DATA\r\n")
	message, err := mail.ReadMessage(strings.NewReader(strings.ReplaceAll(raw, "\r\n..", "\r\n.")))
	require.NoError(t, err)
	subject, err := new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, "PrüfungBcc: eve@example.com", subject)
	body, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	require.NoError(t, err)
	require.Contains(t, string(body), "Hello,\r\n.\r\nhttps://audits.example/?token=x")
}

func TestSMTPRefusals(t *testing.T) {
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	m := auditserver.Mail{To: "ada@example.com", Subject: "s", Text: "t"}
	port, _ := mailServer(t, web.TLS)
	err := auditserver.SMTP{Host: "127.0.0.1", Port: port, Username: "user", Password: "secret", From: "a@audits.example"}.Send(t.Context(), m)
	var unknown *tls.CertificateVerificationError
	require.ErrorAs(t, err, &unknown, "an unknown certificate")
	require.NotContains(t, err.Error(), "secret")

	for _, to := range []string{"nobody", "a@b\r\nRCPT TO:<eve@example.com>", "a@example.com, eve@example.com"} {
		require.Error(t, auditserver.SMTP{Host: "127.0.0.1", Port: 1, From: "a@audits.example"}.Send(t.Context(), auditserver.Mail{To: to}), to)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, auditserver.SMTP{Host: "127.0.0.1", Port: 1, From: "a@audits.example"}.Send(ended, m), context.Canceled)
}
