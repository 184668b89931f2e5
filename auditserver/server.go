package auditserver

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"sync"
	"time"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/capture"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/files"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/live"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/metrics"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/query"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/render"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/session"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/schema"
)

// Server is an embedded Parse server. It is an [http.Handler] and safe for
// concurrent use.
type Server struct {
	cfg   Config
	cloud cloudCode // what the program registered

	// The parts, from the lowest to the highest; assemble puts them together.
	store     *store.Store
	folder    *os.Root // Config.FilesDir, in which files keeps its content
	files     *files.Content
	keys      *access.KeyRing
	protected access.Protected
	sessions  *session.Sessions
	queries   *query.Queries
	render    *render.Settings
	live      *live.Hub
	trail     *capture.Recorder
	graphQL   graphQLSchema
	cors      cors
	budgets   budgets
	hosts     hosts

	running   running // requests with an id
	counts    metrics.Requests
	readiness readiness
	filesSize filesSize
	opened    time.Time
	mails     chan outgoing

	tagSeed maphash.Seed

	alive    context.Context // ends at Close
	stop     context.CancelFunc
	jobs     sync.WaitGroup // background jobs and the live queries
	gate     sync.Mutex     // guards closed, and that no request enters after it
	closed   bool
	requests sync.WaitGroup // requests that are being answered
}

// Open opens or creates the database and gives a server ready to handle
// requests. Errors name the setting that is wrong. A database whose log has lost
// acknowledged writes is [ErrDamaged].
func Open(ctx context.Context, cfg Config) (*Server, error) {
	cfg, err := cfg.prepared()
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, tagSeed: maphash.MakeSeed(), opened: time.Now(), budgets: newBudgets(&cfg.Limits), trail: capture.New(time.Now), mails: make(chan outgoing, mailBacklog)}
	s.alive, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	if cfg.FilesDir != "" {
		if s.folder, err = os.OpenRoot(cfg.FilesDir); err != nil {
			s.stop()
			return nil, fmt.Errorf("auditserver: Config.FilesDir: %w", err)
		}
	}
	s.store, err = store.Open(ctx, store.Config{Path: cfg.Path, Unsynced: cfg.Unsynced, Recover: cfg.Recover, Logger: cfg.Logger, IDSize: cfg.ObjectIDSize,
		Bounds:   s.queryBounds(),
		OnCommit: func(changes []store.Change) { s.live.Committed(changes) }})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("auditserver: %w", err), s.release())
	}
	s.assemble()
	if err := s.prepareClasses(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("auditserver: %w", err), s.release())
	}
	if err := s.files.Sweep(time.Time{}); err != nil {
		return nil, errors.Join(fmt.Errorf("auditserver: Config.FilesDir: %w", err), s.release())
	}
	if n, err := s.files.Unreachable(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("auditserver: %w", err), s.release())
	} else if n > 0 {
		cfg.Logger.ErrorContext(ctx, "uploaded files are in a folder that was not given (Config.FilesDir, -files): requests for them are answered 404", "files", n)
	}
	s.jobs.Go(s.live.Run)
	s.jobs.Go(s.sweepRegularly)
	s.jobs.Go(s.sendMails)
	return s, nil
}

// assemble makes the parts that stand on the store.
func (s *Server) assemble() {
	cfg, limits := s.cfg, s.cfg.Limits
	s.files = &files.Content{Store: s.store, Folder: s.folder, Unsynced: cfg.Unsynced}
	s.keys = access.NewKeyRing(access.Keys{
		AppID:       cfg.AppID,
		Client:      [4]string{cfg.RESTKey, cfg.JavaScriptKey, cfg.ClientKey, cfg.WindowsKey},
		Master:      cfg.MasterKey,
		ReadOnly:    cfg.ReadOnlyMasterKey,
		Maintenance: cfg.MaintenanceKey,
		MasterIPs:   cfg.MasterKeyIPs,
	})
	s.protected = access.Protected(cfg.ProtectedFields)
	s.sessions = session.New(s.store, cfg.SessionLength)
	if cfg.ExtendSessionOnUse {
		s.sessions.Extend()
	}
	s.cors = newCORS(cfg.AllowOrigin, cfg.AllowHeaders)
	s.hosts = newHosts(&cfg)
	s.queries = &query.Queries{
		Store:       s.store,
		Sessions:    s.sessions,
		Protected:   s.protected,
		Quirks:      cfg.Quirks,
		OpenClasses: cfg.AllowClientClassCreation,
		Limits: query.Limits{
			JSONDepth:     limits.Depth,
			JSONValues:    limits.Values,
			PageSize:      limits.PageSize,
			DefaultSize:   limits.DefaultSize,
			Conditions:    limits.Conditions,
			QueryDepth:    limits.QueryDepth,
			SubqueryDepth: limits.SubqueryDepth,
			IncludeDepth:  limits.IncludeDepth,
			IncludePaths:  limits.IncludePaths,
			NoRegex:       limits.NoRegex,
		},
	}
	s.render = &render.Settings{Store: s.store, Protected: s.protected, AppID: cfg.AppID, Limit: limits.AnswerSize}
	s.live = live.New(s.alive, live.Config{
		Classes:   cfg.liveClasses,
		Keys:      s.keys,
		Sessions:  s.sessions,
		Queries:   s.queries,
		Render:    s.render,
		Logger:    cfg.Logger,
		MasterKey: s.logLiveMaster,
		Limits: live.Limits{
			Connections:   limits.LiveConnections,
			Frame:         int64(limits.LiveFrame),
			Subscriptions: limits.LiveSubscriptions,
			Conditions:    limits.LiveConditions,
			Work:          limits.LiveWork,
			Backlog:       limits.LiveBacklog,
			Backlogs:      s.budgets.backlogs,
			Ping:          live.DefaultLimits.Ping,
			Connect:       live.DefaultLimits.Connect,
			Close:         live.DefaultLimits.Close,
		},
	})
}

// MountPath is where the server answers: Config.MountPath with one slash in
// front and none behind, "/parse" where it was left out, "" at the root.
func (s *Server) MountPath() string { return s.cfg.MountPath }

// Limits are the limits in force, with the defaults of those that were not set; one
// without bound is the largest number.
func (s *Server) Limits() Limits { return s.cfg.Limits }

// Close waits for running requests and jobs until ctx ends, then closes the
// database. Requests that come later are answered 503. If registered code holds
// the database and does not end, Close returns an error without it, and the
// database is closed when that code ends.
func (s *Server) Close(ctx context.Context) error {
	s.gate.Lock()
	again := s.closed
	s.closed = true
	s.gate.Unlock()
	if again {
		return nil
	}
	s.stop()
	done := make(chan struct{})
	go func() {
		s.requests.Wait()
		s.jobs.Wait()
		close(done)
	}()
	select {
	case <-done:
		return s.release()
	case <-ctx.Done():
	}
	err := fmt.Errorf("auditserver: closing with requests still running: %w", ctx.Err())
	released := make(chan error, 1)
	go func() { released <- s.release() }()
	stuck := time.NewTimer(releaseTimeout)
	defer stuck.Stop()
	select {
	case failed := <-released:
		return errors.Join(err, failed)
	case <-stuck.C:
		return err
	}
}

// releaseTimeout is how long Close waits for the database once its time is up.
const releaseTimeout = time.Second

// release gives back what Open took.
func (s *Server) release() error {
	s.stop()
	var err error
	if s.store != nil {
		err = s.store.Close()
	}
	if s.folder != nil {
		err = errors.Join(err, s.folder.Close())
	}
	return err
}

// prepareClasses makes the system classes of a new database.
func (s *Server) prepareClasses(ctx context.Context) error {
	var missing []schema.Class
	for _, name := range classes.Own() {
		if _, ok := s.store.Class(name); !ok {
			missing = append(missing, classes.New(name))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		for _, c := range missing {
			if err := tx.PutClass(c); err != nil {
				return err
			}
		}
		return nil
	})
}
