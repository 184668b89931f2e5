package auditserver

import "slices"

// BeforeSave registers a trigger for creates and updates of a class. Triggers
// of one kind run in the order they were registered.
func (s *Server) BeforeSave(class string, f TriggerFunc) { s.cloud.addTrigger(beforeSave, class, f) }

// AfterSave registers a trigger that runs once a create or update is committed,
// before it is answered.
func (s *Server) AfterSave(class string, f TriggerFunc) { s.cloud.addTrigger(afterSave, class, f) }

// BeforeDelete registers a trigger for deletes of a class.
func (s *Server) BeforeDelete(class string, f TriggerFunc) {
	s.cloud.addTrigger(beforeDelete, class, f)
}

// AfterDelete registers a trigger that runs once a delete is committed, before
// it is answered.
func (s *Server) AfterDelete(class string, f TriggerFunc) { s.cloud.addTrigger(afterDelete, class, f) }

// BeforeFind registers a trigger for finds and gets of a class.
func (s *Server) BeforeFind(class string, f FindTrigger) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.finds == nil {
		s.cloud.finds = map[string][]FindTrigger{}
	}
	s.cloud.finds[class] = append(slices.Clip(s.cloud.finds[class]), f)
}

// Function registers a cloud function, called by POST /functions/name.
func (s *Server) Function(name string, f Function) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.functions == nil {
		s.cloud.functions = map[string]Function{}
	}
	s.cloud.functions[name] = f
}

// Job registers a background job, started by POST /jobs/name with the master key.
func (s *Server) Job(name string, f Job) {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	if s.cloud.jobs == nil {
		s.cloud.jobs = map[string]Job{}
	}
	s.cloud.jobs[name] = f
}
