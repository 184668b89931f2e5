package auditserver

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/isoaudit/isoaudit-go/auditserver/internal/access"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/classes"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/fault"
	"github.com/isoaudit/isoaudit-go/auditserver/internal/store"
	"github.com/isoaudit/isoaudit-go/internal/where"
	"github.com/isoaudit/isoaudit-go/internal/wire"
)

// callFunction answers POST /functions/name.
func (s *Server) callFunction(ctx context.Context, req *request) (*response, error) {
	name := req.path[1]
	if own := s.trailFunction(name); own != nil {
		return own(ctx, req)
	}
	f, ok := s.cloud.function(name)
	if !ok {
		return nil, fault.New(wire.CodeScriptFailed, "Invalid function: %q", name)
	}
	call, err := s.functionCall(ctx, req, name)
	if err != nil {
		return nil, err
	}
	var result any
	err = s.guarded(func() (err error) {
		result, err = f(ctx, call)
		return err
	})
	if err != nil {
		return nil, scriptError(err)
	}
	b, err := json.Marshal(map[string]any{"result": result}, functionOptions)
	if err != nil {
		return nil, fault.New(wire.CodeScriptFailed, "the result of %q can't be written as JSON", name)
	}
	return &response{body: b}, nil
}

// functionOptions write times as Parse dates.
var functionOptions = json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true),
	json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
		return json.MarshalEncode(enc, where.DateValue(t), json.Deterministic(true))
	})))

func (s *Server) functionCall(ctx context.Context, req *request, name string) (*FunctionCall, error) {
	params, err := req.Body.Map()
	if err != nil {
		return nil, err
	}
	for key, values := range req.Query {
		params[key] = asGiven(values)
	}
	for key, data := range req.uploads {
		params[key] = data
	}
	return &FunctionCall{Name: name, Caller: publicCaller(req.caller), Params: params, InstallationID: req.installationID,
		Context: req.context, Data: lookup{ctx, s.store}}, nil
}

// asGiven gives a parameter of the query string: a text, or a list of them if it is
// repeated.
func asGiven(texts []string) any {
	if len(texts) == 1 {
		return texts[0]
	}
	list := make([]any, len(texts))
	for i, text := range texts {
		list[i] = text
	}
	return list
}

// startJob answers POST /jobs/name. The job runs in the background; its state is
// in _JobStatus.
func (s *Server) startJob(ctx context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	name := req.Body.Text("jobName")
	if len(req.path) > 1 {
		name = req.path[1]
	}
	job, ok := s.cloud.job(name)
	if !ok {
		return nil, fault.New(wire.CodeScriptFailed, "Invalid job.")
	}
	call, err := s.functionCall(ctx, req, name)
	if err != nil {
		return nil, err
	}
	var id string
	status := map[string]any{"jobName": name, "status": "running", "source": "api", "params": call.Params}
	unmarked := *req // so that only the answer below is kept for the request id
	unmarked.requestID = ""
	if _, err := s.write(ctx, &unmarked, func(tx *store.Tx, _ *request) (*response, error) {
		row, err := tx.Insert("_JobStatus", store.Object{ACL: classes.MasterACL, Fields: status})
		id = row.ID()
		return emptyResponse, err
	}); err != nil {
		return nil, err
	}
	call.Data = lookup{s.alive, s.store}
	s.jobs.Go(func() { s.runJob(job, call, id) })
	return &response{body: emptyResponse.body, header: map[string]string{"X-Parse-Job-Status-Id": id}}, nil
}

func (s *Server) runJob(job Job, call *FunctionCall, id string) {
	call.Progress = func(message string) { s.setJobStatus(id, map[string]any{"message": message}) }
	err := s.guarded(func() error { return job(s.alive, call) })
	end := map[string]any{"status": "succeeded", "finishedAt": where.DateValue(time.Now())}
	if err != nil {
		end["status"], end["message"] = "failed", err.Error()
	}
	s.setJobStatus(id, end)
}

func (s *Server) setJobStatus(id string, fields map[string]any) {
	ctx := context.WithoutCancel(s.alive) // the final state is written even when the server closes
	req := &request{caller: &access.Caller{Master: true}}
	_, err := s.write(ctx, req, func(tx *store.Tx, req *request) (*response, error) {
		return s.updateIn(ctx, tx, req, "_JobStatus", id, fields)
	})
	if err != nil {
		s.cfg.Logger.Error("job status was not written", "id", id, "error", err)
	}
}

// listJobs answers /cloud_code/jobs: no schedules, the names of the jobs.
func (s *Server) listJobs(_ context.Context, req *request) (*response, error) {
	if !req.caller.Master {
		return nil, fault.ErrMasterOnly
	}
	if len(req.path) == 2 {
		return &response{body: []byte("[]")}, nil
	}
	names := s.cloud.jobNames()
	if names == nil {
		names = []string{}
	}
	return jsonResponse(map[string]any{"in_use": []string{}, "jobs": names})
}
