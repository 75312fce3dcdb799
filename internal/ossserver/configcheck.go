package ossserver

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What follows judges the documents of bucket settings, as far as the service
// tells what it refuses.

const (
	maxLifecycleRules = 1000
	// maxLifecycleActions is more than a rule can make use of: each kind of action,
	// and a transition for each class by either time. They are compared pair by pair.
	maxLifecycleActions = 32
)

func checkBucketTags(doc []byte) error {
	tags, err := parseBucketTags(doc)
	if err == nil && len(tags) == 0 {
		return malformedXML()
	}
	return err
}

func parseBucketEncryption(doc []byte) (encryption, error) {
	var d struct {
		XMLName xml.Name `xml:"ServerSideEncryptionRule"`
		Default *struct {
			Algorithm string `xml:"SSEAlgorithm"`
			Key       string `xml:"KMSMasterKeyID"`
			Data      string `xml:"KMSDataEncryption"`
		} `xml:"ApplyServerSideEncryptionByDefault"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return encryption{}, err
	}
	if d.Default == nil || d.Default.Algorithm == "" {
		return encryption{}, malformedXML()
	}
	return checkEncryption(encryption{Algorithm: d.Default.Algorithm, Data: d.Default.Data, Key: d.Default.Key})
}

func checkBucketEncryption(doc []byte) error {
	_, err := parseBucketEncryption(doc)
	return err
}

// lifecycleAction is the part of a lifecycle rule that says when.
type lifecycleAction struct {
	Days           *int   `xml:"Days"`
	NoncurrentDays *int   `xml:"NoncurrentDays"`
	Date           string `xml:"Date"`
	CreatedBefore  string `xml:"CreatedBeforeDate"`
	Marker         *bool  `xml:"ExpiredObjectDeleteMarker"`
	StorageClass   string `xml:"StorageClass"`
}

type lifecycleRule struct {
	ID                    string            `xml:"ID"`
	Prefix                *string           `xml:"Prefix"`
	Status                string            `xml:"Status"`
	Tags                  []tag             `xml:"Tag"`
	Expiration            []lifecycleAction `xml:"Expiration"`
	Transitions           []lifecycleAction `xml:"Transition"`
	Abort                 []lifecycleAction `xml:"AbortMultipartUpload"`
	NoncurrentExpiration  []lifecycleAction `xml:"NoncurrentVersionExpiration"`
	NoncurrentTransitions []lifecycleAction `xml:"NoncurrentVersionTransition"`
}

func checkLifecycle(doc []byte) error {
	var d struct {
		XMLName xml.Name        `xml:"LifecycleConfiguration"`
		Rules   []lifecycleRule `xml:"Rule"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if len(d.Rules) == 0 || len(d.Rules) > maxLifecycleRules {
		return malformedXML()
	}
	ids := make(map[string]bool)
	for _, r := range d.Rules {
		if r.ID != "" && ids[r.ID] {
			return invalidArgument("The rule ID %q is used twice.", r.ID)
		}
		ids[r.ID] = true
		if err := r.check(); err != nil {
			return err
		}
	}
	return nil
}

func (r lifecycleRule) check() error {
	actions := slices.Concat(r.Expiration, r.Transitions, r.Abort, r.NoncurrentExpiration, r.NoncurrentTransitions)
	if r.Status != "Enabled" && r.Status != "Disabled" ||
		len(actions) == 0 || len(actions) > maxLifecycleActions || len(r.ID) > 255 {
		return malformedXML()
	}
	for _, t := range slices.Concat(r.Transitions, r.NoncurrentTransitions) {
		if !isStorageClass(t.StorageClass) {
			return invalidArgument("The storage class %q is not valid.", t.StorageClass)
		}
	}
	for _, a := range actions {
		if !a.saysWhen() {
			return malformedXML()
		}
	}
	for _, t := range r.Tags {
		// The service takes more and longer tags than objects can have.
		if t.Key == "" || !isTagText(t.Key) || !isTagText(t.Value) {
			return invalidTag(t.Key)
		}
	}
	return r.checkOrder()
}

// checkOrder: what grows colder with the days grows no warmer, and expires last.
func (r lifecycleRule) checkOrder() error {
	for _, t := range r.Transitions {
		if t.StorageClass == classStandard {
			return invalidArgument("The storage class %q is not valid.", t.StorageClass)
		}
		for _, e := range r.Expiration {
			if isBefore(e.Days, t.Days) {
				return invalidArgument("The days of the expiration must be more than those of a transition.")
			}
			if t.Days != nil && e.Days == nil && e.Marker == nil {
				return invalidRequest("The actions of a rule must count in days or name a date, all alike.")
			}
		}
	}
	if err := checkColder(r.Transitions); err != nil {
		return err
	}
	return checkColder(r.NoncurrentTransitions)
}

// checkColder compares the days of transitions with each other.
func checkColder(transitions []lifecycleAction) error {
	order := []string{"IA", "Archive", "ColdArchive", "DeepColdArchive"}
	for _, warm := range transitions {
		for _, cold := range transitions {
			if slices.Index(order, warm.StorageClass) < slices.Index(order, cold.StorageClass) &&
				(isBefore(cold.Days, warm.Days) || isBefore(cold.NoncurrentDays, warm.NoncurrentDays)) {
				return invalidArgument("The days of the transition to %s must be less than those of the transition to %s.", warm.StorageClass, cold.StorageClass)
			}
		}
	}
	return nil
}

// isBefore reports whether both counts are there and the first is not the greater.
func isBefore(days, other *int) bool { return days != nil && other != nil && *days <= *other }

// saysWhen reports whether an action has exactly one time, and that is valid.
func (a lifecycleAction) saysWhen() bool {
	times := 0
	for _, days := range []*int{a.Days, a.NoncurrentDays} {
		if days != nil {
			if *days < 1 {
				return false
			}
			times++
		}
	}
	for _, date := range []string{a.Date, a.CreatedBefore} {
		if date != "" {
			t, err := time.Parse(time.RFC3339, date)
			if err != nil || t.UTC() != t.UTC().Truncate(24*time.Hour) {
				return false
			}
			times++
		}
	}
	if a.Marker != nil {
		times++
	}
	return times == 1
}

func checkWebsite(doc []byte) error {
	var d struct {
		XMLName xml.Name `xml:"WebsiteConfiguration"`
		Index   *struct {
			Suffix string `xml:"Suffix"`
		} `xml:"IndexDocument"`
		Error *struct {
			Key string `xml:"Key"`
		} `xml:"ErrorDocument"`
		Routing *struct {
			Rules []struct {
				Number   *int64    `xml:"RuleNumber"`
				Redirect *struct{} `xml:"Redirect"`
				Lua      *struct{} `xml:"LuaConfig"`
			} `xml:"RoutingRule"`
		} `xml:"RoutingRules"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if d.Index == nil && d.Error == nil && d.Routing == nil {
		return malformedXML()
	}
	// Clients send both elements empty beside routing rules.
	routed := d.Routing != nil && len(d.Routing.Rules) > 0
	if d.Index != nil && (d.Index.Suffix == "" && !routed || strings.Contains(d.Index.Suffix, "/")) {
		return invalidArgument("The index document suffix is not valid.")
	}
	if d.Error != nil && checkKey(d.Error.Key) != nil && (d.Error.Key != "" || !routed) {
		return invalidArgument("The error document key is not valid.")
	}
	if d.Routing != nil {
		for _, r := range d.Routing.Rules {
			if r.Number == nil || *r.Number < 1 || r.Redirect == nil && r.Lua == nil {
				return malformedXML()
			}
		}
	}
	return nil
}

func checkReferer(doc []byte) error {
	var d struct {
		XMLName    xml.Name `xml:"RefererConfiguration"`
		AllowEmpty *bool    `xml:"AllowEmptyReferer"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if d.AllowEmpty == nil {
		return malformedXML()
	}
	return nil
}

func checkLogging(doc []byte) error {
	var d struct {
		XMLName xml.Name `xml:"BucketLoggingStatus"`
		Enabled *struct {
			Bucket string `xml:"TargetBucket"`
			Prefix string `xml:"TargetPrefix"`
		} `xml:"LoggingEnabled"`
	}
	if err := unmarshalDocument(doc, &d); err != nil || d.Enabled == nil {
		return err
	}
	if len(d.Enabled.Prefix) > 32 {
		return invalidArgument("The logging prefix is longer than 32 bytes.")
	}
	if checkBucketName(d.Enabled.Bucket) != nil {
		return newError(http.StatusBadRequest, "InvalidTargetBucketForLogging", "The target bucket for logging is not valid.")
	}
	return nil
}

func checkRequestPayment(doc []byte) error {
	var d struct {
		XMLName xml.Name `xml:"RequestPaymentConfiguration"`
		Payer   string   `xml:"Payer"`
	}
	if err := unmarshalDocument(doc, &d); err != nil {
		return err
	}
	if d.Payer != "BucketOwner" && d.Payer != "Requester" {
		return malformedXML()
	}
	return nil
}

func checkPolicy(doc []byte) error {
	var d struct {
		Version   string
		Statement []struct{ Effect string }
	}
	if err := json.Unmarshal(doc, &d); err != nil || d.Version != "1" || len(d.Statement) == 0 {
		return newError(http.StatusBadRequest, "InvalidPolicyDocument", "The policy document is not valid.")
	}
	for _, s := range d.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return newError(http.StatusBadRequest, "InvalidPolicyDocument", "The policy document has a statement without a valid effect.")
		}
	}
	return nil
}
