package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit in which Linux tells how long a process has used the processors.
const tick = 10 * time.Millisecond

// processor is how long a server has used the processors until now, without those of
// its processes that have ended; 0 for one that is not measured.
func (s *server) processor() time.Duration {
	if s.pids == nil {
		return 0
	}
	pids, err := s.pids()
	if err != nil {
		return 0
	}
	var total time.Duration
	for _, pid := range withChildren(pids) {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // it may have ended
		_, after, _ := strings.Cut(string(text), ") ")            // the name, which may hold anything
		words := strings.Fields(after)
		if len(words) < 13 {
			continue
		}
		for _, used := range words[11:13] { // as user, and in the kernel
			n, _ := strconv.ParseInt(used, 10, 64)
			total += time.Duration(n) * tick
		}
	}
	return total
}
