package watch

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// churner creates, edits, renames and removes the files of a tree at random. It knows
// what it has made; nobody else writes there.
type churner struct {
	random *rand.Rand
	tree   string
	limit  int // of files at a time
	burst  int // files made and removed in one go

	folders []map[string]*contentVersion // d000, d001, ...: by name
	files   int
	made    uint64
	steps   int64
}

// perFolder is how many files a folder has about.
const perFolder = 100

func newChurner(random *rand.Rand, tree string, limit, burst int) (*churner, error) {
	c := &churner{random: random, tree: tree, limit: limit, burst: burst}
	for i := range max(limit/perFolder, 4) {
		c.folders = append(c.folders, map[string]*contentVersion{})
		if err := os.MkdirAll(c.folder(i), 0o755); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *churner) folder(i int) string { return filepath.Join(c.tree, fmt.Sprintf("d%03d", i)) }

// step does one thing.
func (c *churner) step() error {
	c.steps++
	if c.steps%5000 == 0 {
		if err := c.flood(); err != nil {
			return err
		}
	}
	in := c.random.IntN(len(c.folders))
	switch dice := c.random.IntN(10_000); {
	case dice < 2:
		return c.clear(in)
	case dice < 10:
		return c.swap(in, c.random.IntN(len(c.folders)))
	case dice < 800:
		return c.remove(in)
	case dice < 1800:
		return c.rename(in, c.random.IntN(len(c.folders)))
	case dice < 5000:
		return c.edit(in)
	default:
		return c.save(in)
	}
}

// pick returns a file of a folder, if it has any.
func (c *churner) pick(in int) (string, *contentVersion) {
	for name, v := range c.folders[in] { // in an order that the seed does not tell
		return name, v
	}
	return "", nil
}

// save makes a file or replaces one, beside and renamed or in place.
func (c *churner) save(in int) error {
	kind := byte(whole)
	if c.random.IntN(4) == 0 {
		kind = inPlace
	}
	name := fmt.Sprintf("%c%d", kind, c.random.IntN(2*perFolder))
	v := c.folders[in][name]
	switch {
	case v == nil && c.files >= c.limit:
		return c.remove(in)
	case v != nil && kind == inPlace:
		return c.empty(in, name, v)
	}
	c.made++
	next := &contentVersion{file: c.made<<20 | uint64(c.random.IntN(1<<20)), version: 1, pages: 1 + c.random.IntN(3)}
	path := filepath.Join(c.folder(in), name)
	if kind == inPlace {
		c.put(in, name, next)
		return c.write(path, os.O_CREATE|os.O_EXCL, next)
	}
	beside := filepath.Join(c.folder(in), fmt.Sprintf("%d.part", c.made))
	if err := os.WriteFile(beside, next.content(), 0o644); err != nil {
		return err
	}
	c.put(in, name, next)
	return os.Rename(beside, path)
}

func (c *churner) put(in int, name string, v *contentVersion) {
	if c.folders[in][name] == nil {
		c.files++
	}
	c.folders[in][name] = v
}

// edit writes the next version of a file over the one before, page by page.
func (c *churner) edit(in int) error {
	name, v := c.pick(in)
	if v == nil || name[0] != inPlace {
		return nil
	}
	v.version++
	return c.write(filepath.Join(c.folder(in), name), 0, v)
}

// empty writes the next version of a file after emptying it.
func (c *churner) empty(in int, name string, v *contentVersion) error {
	v.version++
	return c.write(filepath.Join(c.folder(in), name), os.O_TRUNC, v)
}

func (c *churner) write(path string, flags int, v *contentVersion) error {
	f, err := os.OpenFile(path, os.O_WRONLY|flags, 0o644)
	for i := 0; i < v.pages && err == nil; i++ {
		_, err = f.WriteAt(v.page(i), int64(i)*pageLen)
	}
	return errors.Join(err, f.Close())
}

func (c *churner) remove(in int) error {
	name, v := c.pick(in)
	if v == nil {
		return nil
	}
	delete(c.folders[in], name)
	c.files--
	return os.Remove(filepath.Join(c.folder(in), name))
}

// rename moves a file to another name of its kind, also one that is taken.
func (c *churner) rename(from, to int) error {
	name, v := c.pick(from)
	if v == nil {
		return nil
	}
	next := fmt.Sprintf("%c%d", name[0], c.random.IntN(2*perFolder))
	if err := os.Rename(filepath.Join(c.folder(from), name), filepath.Join(c.folder(to), next)); err != nil {
		return err
	}
	delete(c.folders[from], name)
	c.files--
	c.put(to, next, v)
	return nil
}

// swap has two folders change places.
func (c *churner) swap(one, other int) error {
	if one == other {
		return nil
	}
	aside := filepath.Join(c.tree, "aside")
	c.folders[one], c.folders[other] = c.folders[other], c.folders[one]
	return errors.Join(os.Rename(c.folder(one), aside), os.Rename(c.folder(other), c.folder(one)), os.Rename(aside, c.folder(other)))
}

// clear removes a folder with all that is in it, and makes it anew.
func (c *churner) clear(in int) error {
	c.files -= len(c.folders[in])
	clear(c.folders[in])
	return errors.Join(os.RemoveAll(c.folder(in)), os.Mkdir(c.folder(in), 0o755))
}

// flood makes and removes more files than the queue of the system has room for.
func (c *churner) flood() error {
	dir := filepath.Join(c.tree, "flood")
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	for i := range c.burst {
		path := filepath.Join(dir, fmt.Sprintf("p%d", i))
		f, err := os.Create(path)
		if err = errors.Join(err, f.Close()); err == nil {
			err = os.Remove(path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
