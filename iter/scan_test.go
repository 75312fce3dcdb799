package iter

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// parsed is what a document holds for the parser: its head and rows as texts.
func parsed(document []byte, root *element) (texts [][]string, err error) {
	var a answer
	if err := a.parse(bytes.Clone(document), root); err != nil {
		return nil, err
	}
	for _, r := range append([]row{a.head}, a.rows...) {
		var text []string
		for s := range slot(slots) {
			text = append(text, string(a.text(&r, s)))
		}
		texts = append(texts, text)
	}
	return texts, nil
}

const smallPage = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand -->
<ListBucketResult xmlns="http://doc.oss-cn-hangzhou.aliyuncs.com" note='>"'>
  <Contents><Key>a%2Fb</Key><LastModified>` + aTime + `</LastModified><ETag>&quot;E&quot;</ETag>
    <Type>Normal</Type><Size>1</Size><StorageClass>Standard</StorageClass></Contents>
  <EncodingType>url</EncodingType><Name>bucket</Name><IsTruncated>false</IsTruncated ><Future a="1"><Contents/>text</Future>
</ListBucketResult>
`

func TestNoTruncatedPageIsAccepted(t *testing.T) {
	whole, err := parsed([]byte(smallPage), &objectsAnswer)
	if err != nil || len(whole) != 2 {
		t.Fatal(whole, err)
	}
	for n := range len(strings.TrimSpace(smallPage)) {
		if got, err := parsed([]byte(smallPage[:n]), &objectsAnswer); err == nil {
			t.Errorf("first %d bytes: %q", n, got)
		}
	}
}

func TestDocuments(t *testing.T) {
	shape := element{name: "R", children: []element{
		{name: "T", slot: 1},
		{name: "E", kind: entryRow, children: []element{{name: "K", slot: 1, required: true}}},
		{name: "Box", slot: 2, children: []element{{name: "In", slot: 3}}},
	}}
	tests := []struct {
		document string
		head     string // text of slots 1 and 3, and what slot 1 of the entries is
		fails    string
	}{
		{"<R></R>", "||", ""},
		{"<R/>", "||", ""},
		{"<R />", "||", ""},
		{"\ufeff<R/>", "||", ""},
		{"<R><T>x</T></R>", "x||", ""},
		{"<R><T/></R>", "||", ""},
		{"<R><T> x </T></R>", " x ||", ""},
		{"<R><T a='<'>x</T></R>", "x||", ""},
		{"<R><T>a>b]]</T></R>", "a>b]]||", ""},
		{"<R><T>&lt;&gt;&amp;&quot;&apos;</T></R>", `<>&"'||`, ""},
		{"<R><T>&#65;&#x42;&#x4e2d;&#1;&#x1F600;</T></R>", "AB中\x01😀||", ""},
		{"<R><T>&amp;amp;</T></R>", "&amp;||", ""},
		{"<R><E><K>1</K></E><E><K>2</K></E></R>", "||12", ""},
		{"<R><Box><In>i</In></Box></R>", "|i|", ""},
		{"<R><Box/></R>", "||", ""},
		{"<R><!-- <T>x</T> --><?do it?></R><!-- -->", "||", ""},
		{"<R><U><T>x</T><R/></U><T>y</T></R>", "y||", ""},
		{"<R><U><!-- </U> -->text<V/>more</U></R>", "||", ""},
		{"<R><x:T>x</x:T></R>", "||", ""},
		{"<R>" + strings.Repeat("<U/><V></V>", 40) + "<T>x</T></R>", "x||", ""},

		{"", "", "empty document"},
		{"R", "", "text where an element should be"},
		{"<R", "", "cut off"},
		{"<", "", "cut off"},
		{"<R><", "", "cut off"},
		{"<R></", "", "cut off"},
		{"<R></R", "", "cut off"},
		{"<R><T", "", "cut off"},
		{"<R><T>", "", "cut off"},
		{"<R><!--", "", "cut off"},
		{"<R><?", "", "cut off"},
		{"<R><!-->", "", "cut off"},
		{"<R><U>", "", "cut off"},
		{"<R><U>a<!-- -->", "", "cut off"},
		{"<R a='>", "", "cut off"},
		{"<R>text</R>", "", "text where an element should be"},
		{"<R></S>", "", `end tag "S" in element "R"`},
		{"<R><T></R>", "", `end tag "R" in element "T"`},
		{"<R><U></R></U>", "", `end tag "R" in element "U"`},
		{"<R></R x>", "", "in an end tag"},
		{"<R><T>x<b/></T></R>", "", "markup in element"},
		{"<R><T><!-- --></T></R>", "", "markup in element"},
		{"<R><T>x</T><T>x</T></R>", "", `second element "T"`},
		{"<R><Box/><Box/></R>", "", `second element "Box"`},
		{"<R><E/></R>", "", `element "E" without "K"`},
		{"<R><E><K>1</K><K>2</K></E></R>", "", `second element "K"`},
		{"<R><T><![CDATA[x]]></T></R>", "", "markup in element"},
		{"<R><![CDATA[x]]></R>", "", "declaration or CDATA"},
		{"<R><U><![CDATA[x]]></U></R>", "", "declaration or CDATA"},
		{"<!DOCTYPE R [<!ENTITY e 'x'>]><R><T>&e;</T></R>", "", "declaration or CDATA"},
		{"<R><T>&e;</T></R>", "", "unknown entity"},
		{"<R><T>&nbsp;</T></R>", "", "unknown entity"},
		{"<R><T>&#0;</T></R>", "", "unknown entity"},
		{"<R><T>&#xD800;</T></R>", "", "unknown entity"},
		{"<R><T>&#x110000;</T></R>", "", "unknown entity"},
		{"<R><T>&#99999999999;</T></R>", "", "unknown entity"},
		{"<R><T>&#;</T></R>", "", "unknown entity"},
		{"<R><T>&#-1;</T></R>", "", "unknown entity"},
		{"<R><T>&amp</T></R>", "", "without end"},
		{"<R>< T>x</T></R>", "", "without the name"},
		{"<R><></></R>", "", "without the name"},
		{"<R><T<</T></R>", "", "in the tag of element"},
		{"<R/><R/>", "", "text after the root element"},
		{"<R/>x", "", "text after the root element"},
		{"<R>" + strings.Repeat("<U>", 40) + strings.Repeat("</U>", 40) + "</R>", "", "nested deeper"},
		{"<R>" + strings.Repeat("<E><K/></E>", maxRows+1) + "</R>", "", "more than 65536 entries"},
	}
	for _, test := range tests {
		got, err := parsed([]byte(test.document), &shape)
		if test.fails != "" {
			if err == nil || !strings.Contains(err.Error(), test.fails) {
				t.Errorf("%.80q: %v, want %q", test.document, err, test.fails)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", test.document, err)
			continue
		}
		head := got[0][1] + "|" + got[0][3] + "|"
		for _, entry := range got[1:] {
			head += entry[1]
		}
		if head != test.head {
			t.Errorf("%q: %q, want %q", test.document, head, test.head)
		}
	}
}

// What is written in any of the ways XML allows is read back.
func TestDocumentsReadBack(t *testing.T) {
	noise := rapid.SampledFrom([]string{"", "", "\n  ", "<!-- n -->", "<?p?>", "<Unknown/>", "<Unknown a='b'><Key>no</Key> </Unknown>"})
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.String().Filter(func(s string) bool { return s != "" && carriedByXML(s) }), 0, 5).Draw(t, "keys")
		var b strings.Builder
		b.WriteString("<ListBucketResult>")
		for _, key := range keys {
			children := rapid.Permutation([]string{
				"<Key>" + escaped(key) + "</Key>", "<LastModified>" + aTime + "</LastModified>", "<ETag/>",
				"<Type>Normal</Type>", "<Size>0</Size>", "<StorageClass></StorageClass>",
			}).Draw(t, "order")
			b.WriteString("<Contents>" + strings.Join(children, noise.Draw(t, "noise")) + "</Contents>" + noise.Draw(t, "noise"))
		}
		b.WriteString("<Name>bucket</Name><IsTruncated>false</IsTruncated></ListBucketResult>" + noise.Filter(func(s string) bool {
			return !strings.HasPrefix(s, "<U")
		}).Draw(t, "tail"))
		got, err := parsed([]byte(b.String()), &objectsAnswer)
		if err != nil {
			t.Fatal(err)
		}
		var read []string
		for _, entry := range got[1:] {
			read = append(read, entry[objectKey])
		}
		if diff := cmp.Diff(strings.Join(keys, "\x00"), strings.Join(read, "\x00")); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(smallPage), 100)
	f.Add([]byte(truncatedPage("<NextMarker>n</NextMarker>")), 7)
	f.Add([]byte("<ListBucketResult><Name>&#x4e2d;</Name><IsTruncated>true</IsTruncated></ListBucketResult><!-- -->"), 90)
	f.Add([]byte("<ListPartsResult><Bucket>b</Bucket><Key>k</Key><UploadId>U</UploadId><IsTruncated>false</IsTruncated></ListPartsResult>"), 1)
	f.Fuzz(func(t *testing.T, document []byte, cut int) {
		for _, root := range []*element{&bucketsAnswer, &objectsAnswer, &uploadsAnswer, &partsAnswer} {
			whole, err := parsed(document, root)
			if err != nil {
				continue
			}
			// Only what says nothing may be missing at the end.
			if cut < 0 || cut > len(document) {
				continue
			}
			if part, err := parsed(document[:cut], root); err == nil {
				if diff := cmp.Diff(whole, part); diff != "" {
					t.Errorf("first %d bytes of %q: %s", cut, document, diff)
				}
			}
		}
		// All the way to entries, whatever they say.
		r := reader[Object]{listing: objects("bucket", ObjectsOptions{Delimiter: "/"})}
		r.body.Write(document)
		if _, err := r.decode(position{}); err != nil {
			return
		}
		for i, o := range r.entries {
			if o.Key == "" || i > 0 && o.Key <= r.entries[i-1].Key || o.Size < 0 {
				t.Errorf("entry %d: %+v", i, o)
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, name := range awkward() {
		f.Add(name)
	}
	f.Add("%4")
	f.Add("%zz")
	s := &service{}
	f.Fuzz(func(t *testing.T, name string) {
		decoded, err := appendDecoded([]byte("before "), []byte(s.encode(name)))
		if err != nil || string(decoded) != "before "+name {
			t.Errorf("%q becomes %q, %v", name, decoded, err)
		}
		decoded, err = appendDecoded(nil, []byte(name))
		want, wantErr := url.PathUnescape(name)
		if (err == nil) != (wantErr == nil) || string(decoded) != want {
			t.Errorf("%q becomes %q, %v; want %q, %v", name, decoded, err, want, wantErr)
		}
	})
}

func TestDecodingRefusesWhatIsNoEncoding(t *testing.T) {
	if got, err := appendDecoded(nil, []byte("%e4%b8%ad%E4%B8%AD+")); err != nil || string(got) != "中中+" {
		t.Errorf("%q, %v", got, err)
	}
	for _, name := range []string{"%", "a%", "%4", "%4g", "%G4", "%%41", "% 41", "%+1"} {
		if got, err := appendDecoded(nil, []byte(name)); err == nil {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}

func TestInterningIsBounded(t *testing.T) {
	var a answer
	for i := range 10 * maxInterned {
		a.body = []byte(fmt.Sprintf(" %d", i))
		r := row{at: [slots]span{objectType: {1, uint32(len(a.body))}}}
		if got := a.shared(&r, objectType); got != fmt.Sprint(i) {
			t.Fatal(got)
		}
	}
	if len(a.interned) != maxInterned {
		t.Errorf("%d strings", len(a.interned))
	}
}
