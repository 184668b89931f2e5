package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// memoryOf is the memory of the processes and all their children, in bytes.
// Memory that several processes share, as PostgreSQL's do, counts once: it is
// the proportional set size that Linux keeps.
func memoryOf(pids []int) (int64, error) {
	var total int64
	for _, pid := range withChildren(pids) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			return 0, err
		}
		kilobytes, err := field(string(text), "Pss:")
		if err != nil {
			return 0, err
		}
		total += kilobytes << 10
	}
	return total, nil
}

func withChildren(pids []int) []int {
	all := slices.Clone(pids)
	stats, _ := filepath.Glob("/proc/[0-9]*/status") // the pattern is well formed
	for grown := true; grown; {
		grown = false
		for _, path := range stats {
			pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
			text, err := os.ReadFile(path)
			if err != nil || slices.Contains(all, pid) {
				continue // it has ended, or is counted
			}
			if parent, err := field(string(text), "PPid:"); err == nil && slices.Contains(all, int(parent)) {
				all, grown = append(all, pid), true
			}
		}
	}
	return all
}

// field finds the number that follows name in one of the kernel's lists.
func field(text, name string) (int64, error) {
	words := strings.Fields(text)
	if i := slices.Index(words, name); i >= 0 && i+1 < len(words) {
		return strconv.ParseInt(words[i+1], 10, 64)
	}
	return 0, fmt.Errorf("no %s in the kernel's list", name)
}
