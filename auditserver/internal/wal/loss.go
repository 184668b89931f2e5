package wal

import "fmt"

// unsynced is more commits than a server that syncs has ever unsynced: one whose
// sync runs, one that waits for it, and those that made the file.
const unsynced = 4

// Loss says what SQLite would not read of a log.
type Loss struct {
	What    string // a sentence without a full stop
	Commits int    // so many, as far as their ends can be seen
}

// Lost compares a log with its record. It returns nil where nothing that was
// synced is missing: a torn end is what a power cut may leave. sure is false where
// the server did not sync, so that a power cut may have taken any commit.
func Lost(s State, k Known) (loss *Loss, sure bool) {
	same := k.Found && !k.Damaged && !k.Unsynced && k.Salt == s.Salt
	kept := k.Found && !k.Damaged && !k.Unsynced && k.Frames > 0
	switch {
	case s.BadHead:
		return &Loss{What: "its beginning is damaged, so that nothing of it can be read"}, true
	case s.Empty && kept && !same:
		return &Loss{What: fmt.Sprintf("it is gone or empty, and %d frames of it were on the disk", k.Frames)}, true
	case same && s.Frames < k.Frames:
		return &Loss{What: fmt.Sprintf("frame %d or one soon behind it is damaged, and %d were on the disk", s.Frames+1, k.Frames), Commits: s.BehindCommits}, true
	case s.BehindCommits >= unsynced || s.BehindCommits > 0 && k.Unsynced:
		return &Loss{What: fmt.Sprintf("frame %d or one soon behind it is damaged, and %d commits stand behind it", s.Frames+1, s.BehindCommits), Commits: s.BehindCommits}, !k.Unsynced
	}
	return nil, true
}
