package app

import (
	"context"
	"errors"
	"fmt"
)

// cleanup is what has to be closed, in the order it was opened.
type cleanup struct{ steps []step }

type step struct {
	name  string
	close func(ctx context.Context) error
}

func (c *cleanup) add(name string, closeStep func(ctx context.Context) error) {
	c.steps = append(c.steps, step{name, closeStep})
}

// run closes everything, last opened first, also after a step that fails.
func (c *cleanup) run(ctx context.Context) error {
	var all error
	for len(c.steps) > 0 {
		last := c.steps[len(c.steps)-1]
		c.steps = c.steps[:len(c.steps)-1]
		if err := last.close(ctx); err != nil {
			all = errors.Join(all, fmt.Errorf("stop %s: %w", last.name, err))
		}
	}
	return all
}
