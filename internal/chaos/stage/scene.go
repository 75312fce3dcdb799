package stage

import (
	"maps"
	"math/rand/v2"
	"strings"
)

// Piece is the size of a part or range, and that from which on content is moved
// in such: the smallest that OSS takes.
const Piece = 100 << 10

// Absent as a content is none.
const Absent = "\x00absent"

// Scene is what stands on both sides when an apply begins. All that the target has
// and the source lacks is to be deleted.
type Scene struct {
	Name string
	Push bool

	// First is put there and applied to its end before Then changes it. A file
	// at the target of a pull is somebody else's.
	First, Then Sides

	// Cut is how many pieces an apply moves after Then before it is broken off;
	// 0: there was none such.
	Cut int
}

// Sides are contents by path. What of it belongs on the same path of the other
// side follows from the direction.
type Sides struct{ Files, Objects map[string]string }

// Content makes up text of so many pieces, and half of one more, that differs by
// name throughout.
func Content(name string, pieces int) string {
	seed := [32]byte{}
	copy(seed[:], name)
	text := make([]byte, pieces*Piece+Piece/2)
	rand.NewChaCha8(seed).Read(text) // never fails
	return string(text)
}

type texts = map[string]string

// Scenes are all there are, each of some requests and files.
var scenes = []Scene{
	{
		Name: "push parts", Push: true,
		Then: Sides{Files: texts{"a": "small", "dir/b": "deep", "empty": "", "large": Content("large", 2)}},
	},
	{
		Name: "push replace", Push: true,
		First: Sides{Files: texts{"same": "same", "changed": "one", "gone": "gone", "page.html": "page", "large": Content("old", 1)}},
		Then: Sides{
			Files:   texts{"changed": "two", "gone": Absent, "new": "new", "page.html": "page 2", "large": Content("new", 1)},
			Objects: texts{"gone too": "foreign", "gone/deep": "foreign"},
		},
	},
	{
		Name: "push resume", Push: true, Cut: 2,
		Then: Sides{Files: texts{"a": "small", "large": Content("large", 3)}},
	},
	{
		Name: "pull small",
		Then: Sides{Objects: texts{"a": "small", "dir/b": "deep", "dir/sub/c": "deeper", "empty": "", "z": strings.Repeat("z", 5000)}},
	},
	{
		Name: "pull ranges",
		Then: Sides{Objects: texts{"a": "small", "large": Content("large", 2)}},
	},
	{
		Name:  "pull replace",
		First: Sides{Objects: texts{"same": "same", "changed": "one", "gone": "gone", "dir/gone": "deep", "large": Content("old", 1)}},
		Then: Sides{
			Objects: texts{"changed": "two", "gone": Absent, "dir/gone": Absent, "new": "new", "taken": "theirs", "large": Content("new", 1)},
			Files:   texts{"taken": "mine", "extra/deep": "mine too"},
		},
	},
	{
		Name: "pull resume", Cut: 2,
		Then: Sides{Objects: texts{"a": "small", "large": Content("large", 3)}},
	},
}

// Scenes returns all scenes.
func Scenes() []Scene { return scenes }

// Goal is what both sides hold in the end.
func (s *Scene) Goal() map[string]string {
	goal := maps.Clone(s.source(s.First))
	if goal == nil {
		goal = texts{}
	}
	maps.Copy(goal, s.source(s.Then))
	maps.DeleteFunc(goal, func(_, content string) bool { return content == Absent })
	return goal
}

func (s *Scene) source(of Sides) map[string]string {
	if s.Push {
		return of.Files
	}
	return of.Objects
}

func (s *Scene) target(of Sides) map[string]string {
	if s.Push {
		return of.Objects
	}
	return of.Files
}

// before is what the target holds when the apply begins.
func (s *Scene) before() map[string]string {
	before := texts{}
	for _, of := range []map[string]string{s.source(s.First), s.target(s.First), s.target(s.Then)} {
		maps.Copy(before, of)
	}
	return before
}

// Bytes is how much content has to be moved after Ready.
func (s *Scene) Bytes() int64 {
	var bytes int64
	for _, content := range s.source(s.Then) {
		if content != Absent {
			bytes += int64(len(content))
		}
	}
	return bytes - int64(s.Cut*Piece)
}
