package spec

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// compiledSchema returns the schema, which has to be one of draft 2020-12.
func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(schemaID, parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(schemaID)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// specFiles returns every spec file of the examples and of the tests, and the
// specs of the documentation.
func specFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{"valid": []byte(valid)}
	for _, pattern := range []string{"testdata/*.yaml", "../examples/*/osssync.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			if files[name], err = os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, example := range docsExamples(t) {
		files[fmt.Sprintf("docs/spec.md example %d", i+1)] = []byte(example)
	}
	for i, example := range credentialsExamples(t) {
		files[fmt.Sprintf("docs/credentials.md example %d", i+1)] = []byte(example)
	}
	return files
}

// TestSchemaTakesWhatParseTakes: every spec that Parse accepts the schema does.
func TestSchemaTakesWhatParseTakes(t *testing.T) {
	compiled, accepted := compiledSchema(t), 0
	for name, data := range specFiles(t) {
		if _, err := Parse(name, "/srv/site", data); err != nil {
			continue
		}
		accepted++
		if err := compiled.Validate(decoded(t, data)); err != nil {
			t.Errorf("%s: Parse accepts it, the schema does not: %v", name, err)
		}
	}
	if accepted < 4 {
		t.Errorf("%d valid specs, want those of the documentation and the examples", accepted)
	}
}

// TestSchemaOfDrawnSpecs: what Parse accepts of drawn changes to valid specs the
// schema accepts.
func TestSchemaOfDrawnSpecs(t *testing.T) {
	compiled := compiledSchema(t)
	examples := append(docsExamples(t), credentialsExamples(t)...)
	accepted := 0
	rapid.Check(t, func(rt *rapid.T) {
		tree := decoded(rt, []byte(rapid.SampledFrom(examples).Draw(rt, "example")))
		for range rapid.IntRange(1, 3).Draw(rt, "changes") {
			change(rt, tree)
		}
		data, err := yaml.Marshal(tree)
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := Parse("drawn.yaml", "/srv/site", data); err != nil {
			return
		}
		accepted++
		if err := compiled.Validate(decoded(rt, data)); err != nil {
			rt.Errorf("Parse accepts this, the schema does not: %v\n%s", err, data)
		}
	})
	if accepted == 0 {
		t.Error("no drawn spec was valid: nothing was compared")
	}
}

// drawnValues stand for every kind of value that a field may hold or refuse. They
// are new each time: one that became part of a spec is changed with it.
func drawnValues() []any {
	return []any{
		0, 1, 10, 64, 1 << 20, -1, 1.5, true, false, "", "0", "1", "1048576", "10MiB", "64KiB", "5GB", "10mb", "7d", "1d12h", "12h1d", "0s",
		"never", "all", "managed", "follow", "skip", "error", "fix", "report", "none", "environment", "true", "a", "A", "a.b_c-d", "*.html", "!a", "{a,b}/**", "**",
		"oss://my-site/www/", "oss://my-site/", "oss://b/", "https://example.com", "HTTPS://Example.com:443", "http://127.0.0.1:9000", "http://[::1]:1",
		"env", "anonymous", "oidc", "acs:ram::1:role/a", "acs:ram::1:oidc-provider/a", "{}", ` {"Version": "1"}`,
		map[string]any{"from": "ecs-role", "roleName": "a"}, map[string]any{"from": "assume-role", "roleArn": "acs:ram::1:role/a", "source": "default"},
		"cn-hangzhou", "./x", "/srv", "~", "$HOME", []any{}, []any{"a"}, []any{"a", 1}, map[string]any{},
		map[string]any{"cache-control": "no-cache"}, map[string]any{"X-OSS-META-A": "1"}, map[string]any{"x-oss-storage-class": "IA"},
	}
}

// change replaces, removes or adds one value somewhere in a spec.
func change(t *rapid.T, tree any) {
	switch node := tree.(type) {
	case map[string]any:
		keys := sortedKeys(node)
		if len(keys) == 0 {
			return
		}
		key := rapid.SampledFrom(keys).Draw(t, "key")
		switch rapid.SampledFrom([]string{"deeper", "deeper", "deeper", "replace", "remove", "add"}).Draw(t, "what") {
		case "deeper":
			change(t, node[key])
		case "replace":
			node[key] = rapid.SampledFrom(drawnValues()).Draw(t, "value")
		case "remove":
			delete(node, key)
		case "add":
			node[rapid.SampledFrom(everyName()).Draw(t, "name")] = rapid.SampledFrom(drawnValues()).Draw(t, "value")
		}
	case []any:
		if len(node) == 0 {
			return
		}
		i := rapid.IntRange(0, len(node)-1).Draw(t, "item")
		if _, leaf := node[i].(string); leaf {
			node[i] = rapid.SampledFrom(drawnValues()).Draw(t, "value")
			return
		}
		change(t, node[i])
	}
}

// everyName returns the names of all fields.
func everyName() []string {
	return slices.Concat(names(fileFields), names(storeFields), names(credentialFields(0)), names(mappingFields), names(transferFields),
		names(uploadsFields), names(guardFields), names(watchFields), names(headerFields))
}

// TestSchemaRefuses: at every place of a spec that uses most fields, the schema
// refuses a field that is unknown, a value of another type and a wrong word.
func TestSchemaRefuses(t *testing.T) {
	compiled := compiledSchema(t)
	everything := []byte(docsExamples(t)[1])
	if err := compiled.Validate(decoded(t, everything)); err != nil {
		t.Fatal(err)
	}
	root := decoded(t, everything)
	refused := 0
	refuse := func(what string) {
		t.Helper()
		refused++
		if compiled.Validate(root) == nil {
			t.Errorf("the schema accepts %s", what)
		}
	}
	var visit func(path string, node any, set func(any))
	visit = func(path string, node any, set func(any)) {
		if _, boolean := node.(bool); boolean {
			set("true")
			refuse(path + " that is true in quotes")
		} else {
			set(true)
			refuse(path + " that is true")
		}
		set(1.5)
		refuse(path + " that is 1.5")
		set(nil)
		refuse(path + " without a value")
		set(node)
		switch node := node.(type) {
		case map[string]any:
			if path != "stores" { // whose names are free
				node["no-such-field"] = "x"
				refuse(path + " with an unknown field")
				delete(node, "no-such-field")
			}
			for _, key := range sortedKeys(node) {
				visit(path+"."+key, node[key], func(v any) { node[key] = v })
			}
		case []any:
			for i := range node {
				visit(fmt.Sprintf("%s[%d]", path, i), node[i], func(v any) { node[i] = v })
			}
		}
	}
	for key, value := range root.(map[string]any) {
		visit(key, value, func(v any) { root.(map[string]any)[key] = v })
	}
	mapping := root.(map[string]any)["mappings"].([]any)[0].(map[string]any)
	store := root.(map[string]any)["stores"].(map[string]any)["archive"].(map[string]any)
	for name, in := range map[string]map[string]any{
		"prune": mapping, "symlinks": mapping, "drift": mapping["watch"].(map[string]any),
		"proxy": store, "credentials": store, "source": store["credentials"].(map[string]any),
	} {
		old := in[name]
		in[name] = "sometimes"
		refuse(name + ": sometimes")
		in[name] = old
	}
	region := store["region"]
	delete(store, "region")
	refuse("a store with neither region nor embedded")
	store["region"] = region
	mapping["from"] = mapping["to"]
	refuse("both to and from")
	if refused < 100 {
		t.Errorf("%d cases, want those of every field", refused)
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// decoded returns a YAML document as a JSON Schema sees it.
func decoded(t interface{ Fatal(...any) }, data []byte) any {
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}
