package frame

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

// assets are the files browsers load. Their address carries a hash of them all, so that they never change and modules can import
// each other by relative paths.
type assets struct {
	Prefix string // /static/<hash>/
	files  map[string][]byte
}

// loadAssets reads static/ and joins static/css/*.css, in the order of their names, into app.css.
func loadAssets() (assets, error) {
	a := assets{files: map[string][]byte{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(sum, "%s %d ", name, len(body))
		_, _ = sum.Write(body)
		name = strings.TrimPrefix(name, "static/")
		if strings.HasPrefix(name, "css/") {
			a.files["app.css"] = append(append(a.files["app.css"], body...), '\n')
		} else {
			a.files[name] = body
		}
		return nil
	})
	if err != nil {
		return assets{}, fmt.Errorf("read static files: %w", err)
	}
	a.Prefix = "/static/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
	return a, nil
}

// url returns the address of a file below static/, or an error for one that is not there.
func (a assets) url(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("there is no static file %s", name)
	}
	return a.Prefix + name, nil
}

func (s *Site) staticFile(c *gin.Context) error {
	name := strings.TrimPrefix(c.Param("file"), "/")
	body, ok := s.assets.files[name]
	if !ok {
		return ErrNoPage
	}
	if strings.HasPrefix(c.Request.URL.Path, s.assets.Prefix) {
		c.Header("Cache-Control", "public, max-age=31536000, immutable")
	}
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".js" {
		kind = "text/javascript; charset=utf-8"
	}
	c.Data(http.StatusOK, kind, body)
	return nil
}

func (s *Site) favicon(c *gin.Context) error {
	c.Redirect(http.StatusMovedPermanently, s.assets.Prefix+"mark.svg")
	return nil
}
