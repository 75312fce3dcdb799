package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"

	"gopkg.in/yaml.v3"
)

// schemaID is the "$id" of the JSON Schema. It ends in the version of the
// language, which changes when a valid spec stops being one.
const schemaID = "https://github.com/osssync/osssync/schema/spec-v1.json"

// Schema returns the JSON Schema (draft 2020-12) of the language, indented and
// with a line feed at its end, for editors and programs that write specs. It
// is made from the tables that Parse reads.
//
// What Parse accepts the schema accepts. The reverse is not so: what concerns
// several fields, the syntax of patterns and the like only Parse looks at.
func Schema() ([]byte, error) {
	root := recordSchema("The file", fileFields)
	root.Dialect = "https://json-schema.org/draft/2020-12/schema"
	root.ID = schemaID
	root.Title = "osssync spec"
	root.Description = "Which local tree belongs to which prefix of which bucket."
	root.Definitions = definitions{Credentials: credentialsSchema()}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(root); err != nil {
		return nil, fmt.Errorf("schema of the spec: %w", err)
	}
	return text.Bytes(), nil
}

// schema is the part of JSON Schema that the language needs.
type schema struct {
	Dialect     string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Ref         string `json:"$ref,omitempty"`
	Type        any    `json:"type,omitempty"` // a name, or a list of them
	Default     any    `json:"default,omitempty"`

	Enum      []string `json:"enum,omitempty"`
	Pattern   string   `json:"pattern,omitempty"`
	MinLength int      `json:"minLength,omitempty"` // in characters
	MaxLength int      `json:"maxLength,omitempty"`
	Minimum   *int64   `json:"minimum,omitempty"`
	Maximum   *int64   `json:"maximum,omitempty"`

	Items    *schema `json:"items,omitempty"`
	MinItems int     `json:"minItems,omitempty"`
	MaxItems int     `json:"maxItems,omitempty"`

	Properties        properties         `json:"properties,omitempty"`
	PatternProperties map[string]*schema `json:"patternProperties,omitempty"`
	PropertyNames     *schema            `json:"propertyNames,omitempty"`
	Additional        any                `json:"additionalProperties,omitempty"` // false, or the schema of the values
	MinProperties     int                `json:"minProperties,omitempty"`
	MaxProperties     int                `json:"maxProperties,omitempty"`
	Required          []string           `json:"required,omitempty"`
	OneOf             []*schema          `json:"oneOf,omitempty"`
	AnyOf             []*schema          `json:"anyOf,omitempty"`

	Definitions definitions `json:"$defs,omitzero"`
}

// definitions are the schemas that refer to themselves, which a reference names.
type definitions struct {
	Credentials *schema `json:"credentials"`
}

// property is a field of a mapping.
type property struct {
	name  string
	value *schema
}

// properties keep the order of the table, in which editors offer them.
type properties []property

// MarshalJSON implements json.Marshaler.
func (p properties) MarshalJSON() ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	text.WriteByte('{')
	for i, one := range p {
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "%q:", one.name)
		if err := encoder.Encode(one.value); err != nil {
			return nil, err
		}
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

// recordSchema returns the schema of a mapping with the given fields, whose
// effects stand in the given section.
func recordSchema[T any](section string, fields []field[T]) *schema {
	record := &schema{Type: "object", Additional: false}
	for _, f := range fields {
		value := *f.schema()
		value.Title = f.form()
		value.Description = markdownLink.ReplaceAllString(effects[section][f.name], "$1")
		value.Default = f.defaultValue()
		record.Properties = append(record.Properties, property{f.name, &value})
		if f.presence == required {
			record.Required = append(record.Required, f.name)
		}
	}
	return record
}

// markdownLink is a link in an effect, of which a schema keeps the text: it leads
// from the page that has the effect.
var markdownLink = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

// defaultValue returns the value of an absent field as JSON has it, nil when
// there is none.
func (f field[T]) defaultValue() any {
	var value any
	if f.fallback == "" || yaml.Unmarshal([]byte(f.fallback), &value) != nil {
		return nil
	}
	return value
}
