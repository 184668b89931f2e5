package auditserver

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"strconv"
	"strings"
	"time"
)

// SMTP is a Mailer that hands messages to a mail server, over TLS: from the start on
// port 465, by STARTTLS on others. A mail server on this machine may be without.
type SMTP struct {
	Host     string
	Port     int // 0: 587
	Username string
	Password string
	From     string // Audits <audits@audits.example>

	TLS *tls.Config // nil: the system's certificates
}

// implicitTLS is the port on which TLS comes first (RFC 8314).
const implicitTLS = 465

// Validate says which settings are wrong.
func (s SMTP) Validate() error {
	var errs []error
	if s.Host == "" {
		errs = append(errs, errors.New("auditserver: SMTP.Host (emailAdapter.options.host) is missing"))
	}
	if s.Port < 0 || s.Port > 65535 {
		errs = append(errs, fmt.Errorf("auditserver: SMTP.Port (emailAdapter.options.port) is %d: want a port, 587 or 465", s.Port))
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		errs = append(errs, errors.New("auditserver: SMTP.From (emailAdapter.options.fromAddress) is no address such as audits@audits.example"))
	}
	if (s.Username == "") != (s.Password == "") {
		errs = append(errs, errors.New("auditserver: SMTP.Username and SMTP.Password (emailAdapter.options.user and password) belong together: one is missing"))
	}
	return errors.Join(errs...)
}

// Send hands a message over. An error does not hold the message.
func (s SMTP) Send(ctx context.Context, m Mail) (err error) {
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return fmt.Errorf("auditserver: SMTP.From: %w", err)
	}
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return errors.New("auditserver: the user's e-mail is not an address that mail can be sent to")
	}
	client, err := s.dial(ctx)
	if err != nil {
		return fmt.Errorf("auditserver: SMTP: %w", err)
	}
	defer func() { _ = client.Close() }() // Quit has closed it if all went well
	if s.Username != "" {
		if err := client.Auth(smtp.PlainAuth("", s.Username, s.Password, s.Host)); err != nil {
			return fmt.Errorf("auditserver: SMTP log-in: %w", err)
		}
	}
	if err := errors.Join(client.Mail(from.Address), client.Rcpt(to.Address)); err != nil {
		return fmt.Errorf("auditserver: SMTP: %w", err)
	}
	w, err := client.Data()
	if err != nil {
		return fmt.Errorf("auditserver: SMTP: %w", err)
	}
	_, err = w.Write(message(from, to, m, time.Now()))
	if err = errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("auditserver: SMTP: %w", err)
	}
	return client.Quit()
}

func (s SMTP) dial(ctx context.Context) (*smtp.Client, error) {
	port := s.Port
	if port == 0 {
		port = 587
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = s.Host
	}
	address := net.JoinHostPort(s.Host, strconv.Itoa(port))
	var conn net.Conn
	var err error
	if port == implicitTLS {
		conn, err = (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	client, err := smtp.NewClient(conn, s.Host)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if port == implicitTLS {
		return client, nil
	}
	switch offered, _ := client.Extension("STARTTLS"); {
	case offered:
		err = client.StartTLS(config)
	case !loopbackName(s.Host):
		err = errors.New("the mail server offers no TLS (STARTTLS), and the message holds a secret link")
	}
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	return client, nil
}

// message writes a message as RFC 5322 wants it.
func message(from, to *mail.Address, m Mail, now time.Time) []byte {
	var b bytes.Buffer
	domain := from.Address[strings.LastIndexByte(from.Address, '@')+1:]
	for _, h := range [][2]string{
		{"From", from.String()}, {"To", to.String()}, {"Subject", mime.QEncoding.Encode("utf-8", strings.Map(printable, m.Subject))},
		{"Date", now.Format(time.RFC1123Z)}, {"Message-ID", "<" + rand.Text() + "@" + domain + ">"}, {"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		b.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(m.Text, "\n", "\r\n"))) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

// printable drops what would end a header.
func printable(r rune) rune {
	if r < ' ' {
		return -1
	}
	return r
}
