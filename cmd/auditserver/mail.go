package main

import (
	"os"

	"github.com/isoaudit/isoaudit-go/auditserver"
)

// smtpPassword is the name of the mail server's password in the environment.
const smtpPassword = "ISOAUDIT_SMTP_PASSWORD"

// completeMail gives the mailer of the configuration file what does not stand there.
func (s *settings) completeMail() {
	switch m := s.cfg.Mail.(type) {
	case auditserver.SMTP:
		if password := os.Getenv(smtpPassword); password != "" {
			m.Password = password
		}
		s.cfg.Mail = m
	case auditserver.MailLog:
		m.Logger = s.cfg.Logger
		s.cfg.Mail = m
	}
}
