package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	_ "embed"
)

//go:embed js/find.js
var findJS string

// Click scrolls to an element and clicks it with the mouse, once it stands
// still, is enabled and nothing covers it. Clicking does not wait for what
// follows: use ClickLoad, WaitFor or WaitText for that.
func (p *Page) Click(selector string) {
	p.t.Helper()
	x, y := p.point(selector)
	p.do("click "+selector, chromedp.MouseClickXY(x, y))
}

// ClickLoad clicks what leads to another page and waits until that has loaded.
func (p *Page) ClickLoad(selector string) int {
	p.t.Helper()
	p.Load(func() {
		p.t.Helper()
		p.Click(selector)
	})
	return p.Status()
}

// Hover moves the mouse over an element.
func (p *Page) Hover(selector string) {
	p.t.Helper()
	x, y := p.point(selector)
	p.do("hover over "+selector, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y))
}

// Tap touches an element; the page must be Mobile.
func (p *Page) Tap(selector string) {
	p.t.Helper()
	x, y := p.point(selector)
	p.do("tap "+selector, chromedp.TapXY(x, y))
}

func (p *Page) point(selector string) (x, y float64) {
	p.t.Helper()
	type point struct {
		State string  `json:"state"`
		X     float64 `json:"x"`
		Y     float64 `json:"y"`
	}
	var last point
	p.wait(selector+" to be clickable", func() (bool, string) {
		var at point
		if err := p.find("point", &at, selector); err != nil {
			return false, err.Error()
		}
		still := at == last
		last = at
		return at.State == "" && still, at.State
	})
	return last.X, last.Y
}

// Fill replaces what a field holds. Options of a select go by value or label.
func (p *Page) Fill(selector, value string) {
	p.t.Helper()
	how := ""
	p.wait(selector+" to be filled", func() (bool, string) {
		if err := p.find("set", &how, selector, value); err != nil {
			return false, err.Error()
		}
		return how == "" || how == "type", how
	})
	if how == "" {
		return
	}
	p.focus(selector)
	if value == "" {
		p.Press("Delete")
		return
	}
	p.do("fill "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		return err
	}))
}

// Type presses one key after the other in a field, replacing what it holds.
// Fill is faster where the page does not watch the keys.
func (p *Page) Type(selector, text string) {
	p.t.Helper()
	p.focus(selector)
	p.do("type into "+selector, chromedp.KeyEvent(strings.ReplaceAll(text, "\n", "\r"), asKeyboard))
}

// asKeyboard makes a stroke what keyboards send: the character comes after the
// key went down, and not at all when the page has taken the key.
func asKeyboard(k *input.DispatchKeyEventParams) {
	if k.Type == kb.KeyDown {
		k.Type = kb.KeyRawDown
	}
}

func (p *Page) focus(selector string) {
	p.t.Helper()
	p.wait(selector+" to take the focus", func() (bool, string) {
		var why string
		if err := p.find("focus", &why, selector); err != nil {
			return false, err.Error()
		}
		return why == "", why
	})
}

// Check sets a checkbox, switch or radio button by clicking it, if need be.
func (p *Page) Check(selector string, on bool) {
	p.t.Helper()
	if p.read(selector).Checked != on {
		p.Click(selector)
	}
	p.wait(selector+" to change", func() (bool, string) { return p.read(selector).Checked == on, "" })
}

var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Space": " ", "Backspace": kb.Backspace, "Delete": kb.Delete,
	"ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown, "ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight,
	"Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown, "F1": kb.F1, "F2": kb.F2, "F6": kb.F6,
}

var modifiers = map[string]kb.Modifier{
	"Shift": kb.ModifierShift, "Control": kb.ModifierCtrl, "Alt": kb.ModifierAlt, "Meta": kb.ModifierMeta,
}

// Press presses keys one after the other where the focus is: "Tab", "Enter",
// "Shift+Tab", "Control+Enter", "j".
func (p *Page) Press(strokes ...string) {
	p.t.Helper()
	for _, stroke := range strokes {
		var held []kb.Modifier
		key := stroke
		for name, rest, ok := strings.Cut(key, "+"); ok && rest != ""; name, rest, ok = strings.Cut(key, "+") {
			m, known := modifiers[name]
			if !known {
				p.t.Fatalf("press %s: no modifier %s among %v", stroke, name, slices.Sorted(maps.Keys(modifiers)))
			}
			held, key = append(held, m), rest
		}
		if named, ok := keys[key]; ok {
			key = named
		} else if len([]rune(key)) != 1 {
			p.t.Fatalf("press %s: no key %s among %v", stroke, key, slices.Sorted(maps.Keys(keys)))
		}
		p.do("press "+stroke, chromedp.KeyEvent(key, chromedp.KeyModifiers(held...), asKeyboard))
	}
}

// File is a file to upload.
type File struct {
	Name    string
	Content []byte
}

// Upload puts files into a file input, replacing those it holds.
func (p *Page) Upload(selector string, files ...File) {
	p.t.Helper()
	dir := p.t.TempDir()
	var paths []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.Base(f.Name))
		if err := os.WriteFile(path, f.Content, 0o600); err != nil {
			p.t.Fatal(err)
		}
		paths = append(paths, path)
	}
	p.UploadPaths(selector, paths...)
}

// UploadPaths is Upload for files on disk.
func (p *Page) UploadPaths(selector string, paths ...string) {
	p.t.Helper()
	p.WaitExists(selector)
	js := fmt.Sprintf("%s.one(%s)", strings.TrimSpace(findJS), quote(selector))
	p.do("upload to "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		o, err := chromedp.Evaluate[*runtime.RemoteObject](js)(ctx, t)
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: paths, ObjectID: o.ObjectID})
		return err
	}))
}

// find calls a function of find.js and decodes its answer.
func (p *Page) find(function string, into any, args ...string) error {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = quote(a)
	}
	return p.eval(fmt.Sprintf("%s.%s(%s)", strings.TrimSpace(findJS), function, strings.Join(quoted, ", ")), into)
}

func (p *Page) eval(js string, into any, opts ...chromedp.EvaluateOption) error {
	ctx, cancel := context.WithTimeout(p.ctx, 3*patience)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](js, opts...))
	if err != nil || into == nil || len(raw) == 0 {
		return err
	}
	return json.Unmarshal(raw, into)
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always marshals
	return string(b)
}
