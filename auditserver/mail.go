package auditserver

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Mail is a message to a user.
type Mail struct{ To, Subject, Text string }

// Mailer sends mail. [SMTP] and [MailLog] are two.
type Mailer interface {
	Send(ctx context.Context, m Mail) error
}

// MailLog is a Mailer for development: it writes messages to a log instead of
// sending them. They hold links that open accounts, so it is not for real users.
type MailLog struct{ Logger *slog.Logger }

// Send logs a message.
func (l MailLog) Send(ctx context.Context, m Mail) error {
	l.Logger.InfoContext(ctx, "mail that is not sent", "to", m.To, "subject", m.Subject, "text", m.Text)
	return nil
}

const (
	mailBacklog = 100              // messages that wait
	mailTimeout = 30 * time.Second // for each
	// mailPause is how long a user waits for the next message of a kind: nobody can
	// use the server to fill somebody's mailbox.
	mailPause = time.Minute
)

var errMailBacklog = errors.New("too many messages wait already")

// post leaves a message to sendMails. Whoever asked for it is answered without
// waiting, so that the time of the answer tells nothing of the address.
func (s *Server) post(userID string, m Mail) {
	select {
	case s.mails <- outgoing{userID, m}:
	default:
		s.cfg.Logger.Error("mail was not sent", "user", userID, "error", errMailBacklog)
	}
}

// outgoing is a message that waits.
type outgoing struct {
	userID string
	mail   Mail
}

// sendMails sends what waits, until the server closes.
func (s *Server) sendMails() {
	for {
		select {
		case out := <-s.mails:
			ctx, cancel := context.WithTimeout(s.alive, mailTimeout)
			if err := s.cfg.Mail.Send(ctx, out.mail); err != nil {
				s.cfg.Logger.Error("mail was not sent", "user", out.userID, "error", err)
			}
			cancel()
		case <-s.alive.Done():
			return
		}
	}
}
