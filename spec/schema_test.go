package spec

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSchemaFile: the schema that editors fetch is the one of the tables.
// `go test ./spec -run TestSchemaFile -update` writes it.
func TestSchemaFile(t *testing.T) {
	const file = "../docs/osssync.schema.json"
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is out of date: go test ./spec -run TestSchemaFile -update\n%s", file, diff)
	}
}

// TestSchemaTells: whatever an editor shows of a field is there, and each
// mapping of the language is closed.
func TestSchemaTells(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	var fields []string
	var visit func(path string, s map[string]any)
	visit = func(path string, s map[string]any) {
		if _, found := s["properties"]; found && s["additionalProperties"] != false {
			t.Errorf("%q takes any field", path)
		}
		list, _ := s["properties"].(map[string]any)
		for name, one := range list {
			value := one.(map[string]any)
			fields = append(fields, path+name)
			title, _ := value["title"].(string)
			told, _ := value["description"].(string)
			if value["type"] == nil && value["$ref"] != "#/$defs/credentials" {
				t.Errorf("field %q takes any value", path+name)
			}
			if !strings.HasSuffix(path, ".set.") && (title == "" || told == "" || strings.Contains(told, "](")) {
				t.Errorf("field %q: title %q, description %q", path+name, title, told)
			}
			visit(path+name+".", value)
		}
		for _, inner := range []string{"items", "additionalProperties"} {
			if value, found := s[inner].(map[string]any); found {
				visit(path, value)
			}
		}
	}
	visit("", root)
	forms := root["$defs"].(map[string]any)["credentials"].(map[string]any)["anyOf"].([]any)
	for _, form := range forms {
		visit("credentials.", form.(map[string]any))
	}
	for _, name := range []string{
		"version", "stores.region", "stores.credentials", "credentials.from", "credentials.source",
		"mappings.guard.maxDeletes", "mappings.watch.settle", "mappings.headers.set.Cache-Control",
	} {
		if !slices.Contains(fields, name) {
			t.Errorf("no field %q in %q", name, fields)
		}
	}
}
