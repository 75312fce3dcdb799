package spec

import (
	"regexp"
	"strings"
	"unicode"
)

// This file holds what the JSON Schema says of values that the tables describe
// in words and check in code. A pattern here takes all that the code takes; it
// is in the part of the syntax that JavaScript and Go share.

const (
	endpointPattern = `^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@\s]+$`
	folderPattern   = `^[^~$]`
	globPattern     = `^[^!]`
	pathPattern     = `^[^/\\]`
	headerPattern   = `^[!-~]([ -~]*[!-~])?$`
	objectPattern   = `^\s*\{` // an object of JSON
)

// remotePattern is an address whose bucket is well formed.
func remotePattern() string {
	return "^" + urlScheme + strings.Trim(bucketName.String(), "^$") + "/"
}

// sizePattern is a whole number with or without a unit.
func sizePattern() string {
	var names []string
	for _, u := range sizeUnits {
		names = append(names, u.name)
	}
	return "^" + decimalPattern + "(" + strings.Join(names, "|") + ")?$"
}

// durationPattern is numbers with units from long to short. That there is at
// least one of them it leaves to the minimal length.
func durationPattern() string {
	var b strings.Builder
	for _, u := range timeUnits {
		b.WriteString("(" + decimalPattern + u.name + ")?")
	}
	return b.String()
}

const decimalPattern = `(0|[1-9][0-9]*)`

// anyCase returns a pattern for a text in any case of its ASCII letters.
func anyCase(text string) string {
	var b strings.Builder
	for _, r := range text {
		if unicode.IsLetter(r) {
			b.WriteString("[" + string(unicode.ToUpper(r)) + string(unicode.ToLower(r)) + "]")
		} else {
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

func storesSchema() *schema {
	store := recordSchema("stores", storeFields)
	store.AnyOf = []*schema{{Required: []string{"region"}}, {Required: []string{"embedded"}}}
	return &schema{
		Type: "object", MinProperties: 1, MaxProperties: maxStores,
		PropertyNames: &schema{Pattern: plainName.String()}, Additional: store,
	}
}

// credentialsSchema is the short form, or the long one, whose source is either
// again.
func credentialsSchema() *schema {
	return &schema{AnyOf: []*schema{&credentialName.schema, recordSchema("credentials", credentialFields(0))}}
}

// credentialsRef refers to it.
func credentialsRef() *schema { return &schema{Ref: "#/$defs/credentials"} }

func mappingsSchema() *schema {
	mapping := recordSchema("mappings", mappingFields)
	mapping.OneOf = []*schema{{Required: []string{"to"}}, {Required: []string{"from"}}}
	return &schema{Type: "array", MinItems: 1, MaxItems: maxMappings, Items: mapping}
}

func headersSchema() *schema {
	return &schema{Type: "array", MaxItems: maxRules, Items: recordSchema("headers", headerFields)}
}

// setSchema offers the headers in their usual spelling, and takes any case.
func setSchema() *schema {
	value := func() *schema {
		return &schema{Type: "string", MaxLength: maxHeaderBytes, Pattern: headerPattern}
	}
	set := &schema{Type: "object", MinProperties: 1, MaxProperties: maxHeaders, Additional: false}
	names := make([]string, len(headers))
	for i, h := range headers {
		one := value()
		one.Enum = h.words
		set.Properties = append(set.Properties, property{h.name, one})
		names[i] = anyCase(h.name)
	}
	set.PatternProperties = map[string]*schema{
		"^(" + strings.Join(names, "|") + ")$":                                value(),
		"^" + anyCase(metaPrefix) + "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$": value(),
	}
	return set
}
