package auditserver

import (
	"errors"
	"log/slog"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// defaultVerifyValidity is how long a link that verifies an address holds.
const defaultVerifyValidity = 24 * time.Hour

func (c *Config) prepareMail() error {
	if c.EmailVerifyTokenValidity == 0 {
		c.EmailVerifyTokenValidity = defaultVerifyValidity
	}
	if c.Mail == nil {
		return nil
	}
	var errs []error
	if c.PublicURL == "" {
		errs = append(errs, errors.New("auditserver: Config.Mail (emailAdapter) needs Config.PublicURL (publicServerURL), to which the links in messages lead"))
	}
	if c.AppName == "" {
		errs = append(errs, errors.New("auditserver: Config.Mail (emailAdapter) needs Config.AppName (appName), which the messages name"))
	}
	if v, ok := c.Mail.(interface{ Validate() error }); ok {
		errs = append(errs, v.Validate())
	}
	return errors.Join(errs...)
}

// emailAdapter reads emailAdapter: how mail is sent. The module is smtp or log; the
// options of smtp are those of the adapters that Parse Server's users know.
func emailAdapter(field *Mailer) option {
	return func(v jsontext.Value) error {
		var module string
		var smtp SMTP
		read := group("emailAdapter", map[string]option{
			"module": into(&module),
			"options": group("emailAdapter.options", map[string]option{
				"host": into(&smtp.Host), "port": positive(&smtp.Port), "user": into(&smtp.Username),
				"password": into(&smtp.Password), "fromAddress": into(&smtp.From),
			}),
		})
		if err := read(v); err != nil {
			return err
		}
		switch module {
		case "smtp":
			*field = smtp
		case "log":
			*field = MailLog{Logger: slog.Default()}
		default:
			return &optionError{`want {"module":"smtp","options":{"host":...,"port":587,"user":...,"password":...,"fromAddress":...}}, or {"module":"log"} for development`}
		}
		return nil
	}
}
