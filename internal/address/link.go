package address

import "net/url"

// IsLink reports whether a text is the address of something on the web: http or https, with a host. Whatever else a browser would
// open, javascript: and data: among it, is no link that may come from outside.
func IsLink(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}
