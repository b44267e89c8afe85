package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"escalated/store"
)

// layout is where the configured desk lies.
func (a *app) layout() (store.Layout, error) {
	conf, err := a.load()
	return store.Layout{Dir: conf.Settings.Data}, err
}

// existing is the layout of a desk that is there: commands that only look must
// not make one.
func (a *app) existing() (store.Layout, error) {
	l, err := a.layout()
	if err != nil {
		return l, err
	}
	if _, err := os.Stat(l.Database()); errors.Is(err, fs.ErrNotExist) {
		return l, errors.New(a.say.T("command.no_desk", "Dir", full(l.Dir)))
	} else if err != nil {
		return l, fmt.Errorf("look for the desk: %w", err)
	}
	return l, nil
}

// tell prints one line.
func (a *app) tell(line string) error {
	_, err := fmt.Fprintln(a.out, line)
	return err
}
