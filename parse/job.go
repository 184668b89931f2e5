package parse

import (
	"context"
	"net/http"
	"time"

	"github.com/isoaudit/isoaudit-go/parse/internal/transport"
)

// JobState is the state of a background job.
type JobState string

// The states of a job.
const (
	JobRunning   JobState = "running"
	JobSucceeded JobState = "succeeded"
	JobFailed    JobState = "failed"
)

// Job is the status of one run of a background job. Times are in UTC.
type Job struct {
	ID         string    `json:"objectId"`
	Name       string    `json:"jobName"`
	State      JobState  `json:"status"`
	Message    string    `json:"message"` // what the job reports about itself
	Source     string    `json:"source"`  // "api"
	FinishedAt time.Time `json:"finishedAt"`
}

// StartJob starts a background job and returns the id of its run for Job and
// WaitJob. The params are as in Call. ErrScriptFailed: there is no such job.
func (a *Admin) StartJob(ctx context.Context, name string, params any) (id string, err error) {
	call := transport.Call{
		Op: "Job.Start", Method: http.MethodPost, Path: []string{"jobs", name},
		Body: orEmpty(params), Safety: transport.SafeWithID, CloudCode: true, Master: true,
	}
	if !validFunction.MatchString(name) {
		call.Err = badInput(call.Op, "", "name", "is not the name of a job")
	}
	header, err := a.own().doWithHeader(ctx, call, nil)
	if err != nil {
		return "", err
	}
	if id = header.Get("X-Parse-Job-Status-Id"); id == "" {
		return "", &Error{Op: call.Op, HTTPStatus: http.StatusOK, Attempts: 1, Message: "the answer names no job status", unknown: true}
	}
	return id, nil
}

// Job reads the status of one run.
func (a *Admin) Job(ctx context.Context, id string) (Job, error) {
	call := transport.Call{
		Op: "Job.Status", Method: http.MethodGet, Path: []string{"classes", "_JobStatus", id},
		Class: "_JobStatus", ObjectID: id, Safety: transport.SafeRead, Master: true, Needs: []string{"objectId", "status"},
	}
	if id == "" {
		call.Err = badInput(call.Op, call.Class, "objectId", "is empty: give the id that StartJob returned")
	} else if transport.IsDots(id) {
		call.Err = badInput(call.Op, call.Class, "objectId", "%q is no id: it would name another path", id)
	}
	var job Job
	err := a.do(ctx, call, &job)
	return job, err
}

// WaitJob asks for the status of a run every interval until it is no longer
// running or the context ends. If the job failed, WaitJob returns no error: look
// at State. An interval of 0 is one second.
func (a *Admin) WaitJob(ctx context.Context, id string, interval time.Duration) (Job, error) {
	if interval <= 0 {
		interval = time.Second
	}
	for {
		job, err := a.Job(ctx, id)
		if err != nil || job.State != JobRunning {
			return job, err
		}
		if err := transport.Wait(ctx, interval); err != nil {
			return job, &Error{Op: "Job.Wait", Class: "_JobStatus", ObjectID: id, cause: err}
		}
	}
}
