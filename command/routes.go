package command

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"escalated/helpdesk"
	"escalated/model"
)

// routeLine is one route as programs read it.
type routeLine struct {
	Method string           `json:"method"`
	Path   string           `json:"path"`
	Kinds  []model.Kind     `json:"kinds"`
	Needs  model.Permission `json:"needs,omitempty"`
	Page   bool             `json:"page"`
}

// routesCommand lists the URL map.
func routesCommand(a *app) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use:   "routes",
		Short: a.say.T("command.routes"),
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			conf, err := a.load()
			if err != nil {
				return err
			}
			lines := routeLines(conf.Settings.RoutePrefix)
			if asJSON {
				e := json.NewEncoder(a.out)
				e.SetIndent("", "  ")
				return e.Encode(lines)
			}
			w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
			for _, l := range lines {
				kinds := make([]string, len(l.Kinds))
				for i, k := range l.Kinds {
					kinds[i] = string(k)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", l.Method, l.Path, strings.Join(kinds, " "), l.Needs)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, a.say.T("command.flag_json"))
	return c
}

// routeLines are all routes in the order of the map.
func routeLines(prefix string) []routeLine {
	routes := helpdesk.Routes()
	out := make([]routeLine, len(routes))
	for i, r := range routes {
		out[i] = routeLine{Method: r.Method, Path: "/" + strings.Trim(prefix, "/") + "/" + r.Path, Kinds: r.Allow, Needs: r.Need, Page: r.Page}
	}
	return out
}
