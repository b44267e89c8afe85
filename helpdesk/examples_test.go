package helpdesk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The example hosts are modules of their own: what they import is what the
// desk promises to other programs.
func TestExampleHostsBuild(t *testing.T) {
	if testing.Short() {
		t.Skip("links two programs")
	}
	for _, name := range []string{"fiber-host", "nethttp-host"} {
		cmd := exec.Command("go", "build", "-mod=mod", "-o", filepath.Join(t.TempDir(), name), ".")
		cmd.Dir = filepath.Join(t.TempDir(), name)
		if err := copyExample(filepath.Join("..", "examples", name), cmd.Dir); err != nil {
			t.Fatal(err)
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// copyExample copies an example and lets it find the desk from where it is, so
// that the build may complete its go.mod without touching the repository.
func copyExample(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "mod", "edit", "-replace=escalated="+root)
	cmd.Dir = to
	return cmd.Run()
}
