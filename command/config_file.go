package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"escalated/model"
)

// defaultFile is read from the working directory when --config names none.
const defaultFile = "escalated.toml"

// readFile puts the values of the configuration file into c and returns what
// is wrong with it.
func (a *app) readFile(c *Config) (problems []string) {
	path := a.file
	if path == "" {
		path = filepath.Join(a.dir, defaultFile)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(path), toml.Parser()); err != nil {
		return []string{a.fileProblem(path, err)}
	}
	c.File = path
	r := reading{app: a, config: c, path: path}
	r.table("", k.Raw())
	return r.problems
}

// fileProblem says why a file could not be read, with the place if known.
func (a *app) fileProblem(path string, err error) string {
	var syntax interface {
		error
		Position() (row, column int)
	}
	if errors.As(err, &syntax) {
		row, column := syntax.Position()
		return a.say.T("command.file_broken", "File", path, "Line", row, "Column", column, "Reason", syntax.Error())
	}
	reason := err
	var failed *fs.PathError
	if errors.As(err, &failed) {
		reason = failed.Err // the path is already in the sentence
	}
	return a.say.T("command.file_missing", "File", path, "Reason", reason.Error())
}

// reading is one walk through the tables of a file.
type reading struct {
	app      *app
	config   *Config
	path     string
	problems []string
}

// table reads one table, whose keys all begin with prefix.
func (r *reading) table(prefix string, rows map[string]any) {
	keys := make([]string, 0, len(rows))
	for k := range rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		key := prefix + k
		sub, isTable := rows[k].(map[string]any)
		if d, ok := model.SettingOf(key); ok {
			r.value(d, rows[k])
		} else if isTable && len(sub) > 0 {
			r.table(key+".", sub)
		} else {
			r.refuse(&model.SettingError{Key: key, Problem: "setting_unknown", Args: []any{"Nearest", model.NearestSetting(key)}})
		}
	}
}

// value puts one value, brought into the form that settings read.
func (r *reading) value(d model.Setting, v any) {
	text, ok := settingText(d.Kind, v)
	if !ok {
		r.problems = append(r.problems, r.app.say.T("command.problem", "Where", r.path, "Key", d.Key, "Problem", r.app.say.T("command.file_shape")))
		return
	}
	if err := r.config.Put(d.Key, text, FromFile); err != nil {
		r.refuse(err)
	}
}

func (r *reading) refuse(err error) {
	r.problems = append(r.problems, r.app.problem(r.path, err))
}

// settingText writes a TOML value as settings read it: lists with commas,
// maps as JSON.
func settingText(kind model.SettingKind, v any) (string, bool) {
	switch v := v.(type) {
	case map[string]any:
		if kind != model.MapSetting {
			return "", false
		}
		text, err := json.Marshal(v)
		return string(text), err == nil
	case []any:
		if kind != model.ListSetting {
			return "", false
		}
		parts := make([]string, len(v))
		for i, item := range v {
			part, ok := settingText(model.TextSetting, item)
			if !ok || strings.Contains(part, ",") {
				return "", false
			}
			parts[i] = part
		}
		return strings.Join(parts, ","), true
	}
	return fmt.Sprint(v), true
}
