package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	watchIdle = time.Minute
	// idleGoal is the share that is promised. A bare program that only sleeps uses nothing.
	idleGoal = 1.0
)

// idle measures how much of a processor core the service uses on an empty database when it has nothing to do, in percent. Its limit is
// the goal.
func idle(ctx context.Context) ([]figure, error) {
	program, dir, remove, err := buildProgram(ctx)
	if err != nil {
		return nil, err
	}
	defer remove()
	var share float64
	_, err = serve(ctx, program, dir, func(pid int) error {
		before, err := processorTime(pid)
		if err != nil {
			return err
		}
		began := time.Now()
		if err := pause(ctx, watchIdle); err != nil {
			return err
		}
		after, err := processorTime(pid)
		share = 100 * (after - before).Seconds() / time.Since(began).Seconds()
		return err
	})
	return []figure{{"idle/sqlite", share, "% of a core", idleGoal}}, err
}

// processorTime reads what a process used of the processors, in its own code and in the system's.
func processorTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, fmt.Errorf("read the processor time of the service: %w", err)
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the program's name comes before, in parentheses
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, errors.New("this system does not tell a process's processor time")
	}
	const user, system, tick = 11, 12, time.Second / 100 // what follows the name; USER_HZ is 100 wherever Go runs on Linux
	var ticks int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the processor time of the service: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}
