package web

import "strings"

// Fields are the custom fields among a form's fields, by key: those whose
// names begin with the prefix, "field." or "person_field.".
func (f *Form) Fields(prefix string) map[string][]string {
	out := map[string][]string{}
	for name, values := range f.values {
		if key, ok := strings.CutPrefix(name, prefix); ok && key != "" {
			list := make([]string, len(values))
			for i, v := range values {
				list[i] = tidy(v)
			}
			out[key] = list
		}
	}
	return out
}

// CustomFields are all custom fields among a form's fields, by name, for
// showing them again as they were typed.
func (f *Form) CustomFields() map[string][]string {
	out := map[string][]string{}
	for _, prefix := range []string{"field.", "person_field."} {
		for key, values := range f.Fields(prefix) {
			out[prefix+key] = values
		}
	}
	return out
}
