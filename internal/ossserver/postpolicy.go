package ossserver

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// postPolicy is what the signer of a form lets its sender do.
type postPolicy struct {
	end         time.Time
	conditions  []formCondition
	least, most int64 // bytes of the file
}

// formCondition is one that a field of the form has to meet.
type formCondition struct {
	text     string // as in the policy, for the error
	operator string // eq, starts-with, in or not-in
	field    string // lower case
	values   []string
}

// parsePostPolicy reads the policy of a form: base64 of a JSON document.
func parsePostPolicy(encoded string) (*postPolicy, error) {
	doc, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, invalidPolicy("Invalid Base64.")
	}
	var d struct {
		Expiration string
		Conditions []json.RawMessage
	}
	if err := json.Unmarshal(doc, &d); err != nil {
		return nil, invalidPolicy("Invalid JSON.")
	}
	p := &postPolicy{most: maxPutSize}
	if p.end, err = time.Parse(time.RFC3339, d.Expiration); err != nil {
		return nil, invalidPolicy("Invalid 'expiration' value: '" + d.Expiration + "'")
	}
	if len(d.Conditions) == 0 {
		return nil, invalidPolicy("Policy missing conditions.")
	}
	for _, text := range d.Conditions {
		if err := p.add(text); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// add reads a condition: {"field": "value"}, ["content-length-range", 1, 9] or
// [operator, "$field", value], where the value of in and not-in is a list.
func (p *postPolicy) add(text []byte) error {
	c := formCondition{text: string(text), operator: "eq"}
	if bytes.HasPrefix(text, []byte("{")) {
		var simple map[string]string
		if json.Unmarshal(text, &simple) != nil || len(simple) != 1 {
			return invalidPolicy("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
		}
		for name, value := range simple {
			c.field, c.values = strings.ToLower(name), []string{value}
		}
		p.conditions = append(p.conditions, c)
		return nil
	}
	var parts []json.RawMessage
	if json.Unmarshal(text, &parts) != nil || len(parts) != 3 || json.Unmarshal(parts[0], &c.operator) != nil {
		return invalidPolicy("Invalid Condition: " + c.text)
	}
	if c.operator = strings.ToLower(c.operator); c.operator == "content-length-range" {
		var least, most int64
		if json.Unmarshal(parts[1], &least) != nil || json.Unmarshal(parts[2], &most) != nil || least < 0 || most < least {
			return invalidPolicy("Invalid Condition: " + c.text)
		}
		p.least, p.most = max(p.least, least), min(p.most, most)
		return nil
	}
	var value string
	ok := json.Unmarshal(parts[1], &c.field) == nil
	switch c.operator {
	case "eq", "starts-with":
		ok = ok && json.Unmarshal(parts[2], &value) == nil
		c.values = []string{value}
	case "in", "not-in":
		ok = ok && json.Unmarshal(parts[2], &c.values) == nil
	default:
		ok = false
	}
	if !ok {
		return invalidPolicy("Invalid Condition: " + c.text)
	}
	c.field = strings.ToLower(strings.TrimPrefix(c.field, "$"))
	p.conditions = append(p.conditions, c)
	return nil
}

// check holds a form against the policy. The size of its file is for checkSize,
// when it is known.
func (p *postPolicy) check(f form, now time.Time) error {
	if !now.Before(p.end) {
		return accessDenied("Invalid according to Policy: Policy expired.")
	}
	for _, c := range p.conditions {
		if !c.holds(f[c.field]) {
			return accessDenied("Invalid according to Policy: Policy Condition failed: " + c.text)
		}
	}
	return nil
}

func (c formCondition) holds(value string) bool {
	switch c.operator {
	case "starts-with":
		return strings.HasPrefix(value, c.values[0])
	case "not-in":
		return !slices.Contains(c.values, value)
	}
	return slices.Contains(c.values, value)
}

func (p *postPolicy) checkSize(size int64) error {
	switch {
	case size < p.least:
		return newError(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size.")
	case size > p.most:
		return newError(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size.")
	}
	return nil
}

func invalidPolicy(message string) *apiError {
	return newError(http.StatusBadRequest, "InvalidPolicyDocument", "Invalid Policy: "+message)
}
