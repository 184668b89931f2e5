package main

import (
	"fmt"
	"log"
	"slices"
	"syscall"
	"time"
)

// cost is the time that one load took, and the processor time of this process in it.
type cost struct{ time, processor time.Duration }

// meter measures a cost.
type meter struct {
	began     time.Time
	processor time.Duration
}

func begin() meter { return meter{time.Now(), processorTime()} }

func (m meter) end() cost { return cost{time.Since(m.began), processorTime() - m.processor} }

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal("upsert: ", err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// costs are those of all loads of one kind.
type costs []cost

func (c costs) median() cost {
	median := func(of func(cost) time.Duration) time.Duration {
		values := make([]time.Duration, len(c))
		for i := range c {
			values[i] = of(c[i])
		}
		return slices.Sorted(slices.Values(values))[len(values)/2]
	}
	return cost{median(func(c cost) time.Duration { return c.time }), median(func(c cost) time.Duration { return c.processor })}
}

func (c costs) String() string {
	longer := func(a, b cost) int { return int(a.time - b.time) }
	median := c.median()
	return fmt.Sprintf("%v (%v to %v; %v of processor time)", median.time.Round(time.Millisecond),
		slices.MinFunc(c, longer).time.Round(time.Millisecond), slices.MaxFunc(c, longer).time.Round(time.Millisecond), median.processor.Round(time.Millisecond))
}
