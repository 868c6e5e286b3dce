package app

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the centre's zone is named, and a machine may have no zones

	"aftercall/internal/account"
	"aftercall/internal/address"
	"aftercall/internal/demo"
	"aftercall/internal/fault"
	"aftercall/tasks/queue"
)

// Config is every setting there is. The command line fills it from flags and environment variables of the same names.
type Config struct {
	Database    string        // see database.Open; empty for the SQLite file in the data directory
	Redis       string        // see queue.OpenRedis
	Addr        string        // where to listen, host:port
	HealthAddr  string        // where a process without pages tells of its health, host:port; empty for nowhere
	DataDir     string        // the secret key and the SQLite file
	Key         string        // the secret key in hex, instead of the file in the data directory
	Zone        string        // IANA name of the centre's time zone
	Language    string        // the centre's, zh-CN or en
	Region      string        // ISO 3166 code of the country in which phone numbers without a country code are read
	CentreName  string        // as customers know it
	PublicURL   string        // how customers and browsers reach us; empty for the listening address
	SurveyDelay time.Duration // from the resolution to the survey, in the policy a new centre starts with
	Sender      string        // log, or see delivery.OpenSMTP
	// TrustedProxies are addresses and networks of proxies, separated by commas, that are believed for whom they ask.
	TrustedProxies string
	// Placeholders are addresses that are no customer's, separated by commas, beside the usual ones: see address.NewPlaceholders.
	Placeholders string
}

// Default returns the settings that need nothing but a directory to write to.
func Default() Config {
	return Config{
		Redis:       queue.Embedded,
		Addr:        "127.0.0.1:8080",
		DataDir:     "data",
		Zone:        "Asia/Shanghai",
		Language:    "zh-CN",
		Region:      "CN",
		CentreName:  "aftercall",
		SurveyDelay: time.Hour,
		Sender:      "log",
	}
}

// Parts says what of the service runs in a process. Without any, only the use cases are there, for commands.
type Parts struct {
	Web  bool // pages and the API
	Work bool // the relay and the job handlers
	// Demo fills an empty database with a demo centre and runs on its clock.
	Demo bool
	// Progress is told how the making of a demo centre gets on; nil: nobody is.
	Progress func(demo.Progress)
	// Shared says that other processes run the other parts: what lives in one process only is refused.
	Shared bool
}

// maxSurveyDelay keeps a slip of the finger from sending surveys nobody remembers the reason of.
const maxSurveyDelay = 7 * 24 * time.Hour

// Validate returns a fault.Invalid that names each setting that cannot work for the parts, or nil.
func (c Config) Validate(parts Parts) error {
	var fields []fault.Field
	refuse := func(name, code, problem, value string) {
		fields = append(fields, fault.Field{Name: name, Code: code, Problem: problem, Value: value})
	}
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" || c.Zone == "Local" {
		refuse("zone", "unknown_zone", "is no time zone such as Asia/Shanghai", c.Zone)
	}
	if !slices.Contains(account.Languages(), c.Language) {
		refuse("language", "unknown_value", "must be one of "+strings.Join(account.Languages(), ", "), c.Language)
	}
	if len(c.Region) != 2 {
		refuse("region", "unknown_value", "is no two-letter country code such as CN", c.Region)
	}
	if _, _, err := net.SplitHostPort(c.Addr); parts.Web && err != nil {
		refuse("addr", "address", "must be host:port, as in 127.0.0.1:8080", c.Addr)
	}
	if _, _, err := net.SplitHostPort(c.HealthAddr); c.HealthAddr != "" && err != nil {
		refuse("health-addr", "address", "must be host:port, as in 127.0.0.1:8081", c.HealthAddr)
	}
	for _, proxy := range c.trustedProxies() {
		if !isAddressOrNetwork(proxy) {
			refuse("trusted-proxies", "address", "must be IP addresses or networks, as in 10.0.0.5 or 10.0.0.0/24", proxy)
		}
	}
	if _, err := c.placeholders(); err != nil {
		refuse("placeholders", "placeholder", "must be domains, e-mail addresses and phone numbers, as in example.com,400-820-8820",
			c.Placeholders)
	}
	if c.SurveyDelay <= 0 || c.SurveyDelay > maxSurveyDelay {
		refuse("survey-delay", "out_of_range", "must be more than 0 and at most 168h, as in 1h", c.SurveyDelay.String())
	}
	if c.PublicURL != "" && !address.IsLink(c.PublicURL) {
		refuse("public-url", "url", "must look like https://care.example.com", c.PublicURL)
	}
	if parts.Shared {
		c.refuseLocal(parts, refuse)
	}
	if len(fields) > 0 {
		return fault.InvalidFields(fields...)
	}
	return nil
}

// isAddressOrNetwork reports whether a text is an IP address or a network in CIDR notation, as gin reads them.
func isAddressOrNetwork(text string) bool {
	_, _, err := net.ParseCIDR(text)
	return err == nil || net.ParseIP(text) != nil
}

// refuseLocal refuses what other processes cannot see. Values are left out: addresses hold passwords.
func (c Config) refuseLocal(parts Parts, refuse func(name, code, problem, value string)) {
	if strings.HasPrefix(c.database(), "sqlite:") {
		refuse("database", "not_shared", "must be mysql://… where web and worker run apart; on SQLite use serve", "")
	}
	if parts.Work && c.Redis == queue.Embedded {
		refuse("redis", "not_shared", "must be the address of a Redis where web and worker run apart; with the embedded one use serve", "")
	}
	if parts.Work && c.PublicURL == "" {
		refuse("public-url", "required", "is required for a worker: it writes links into messages", "")
	}
}

// trustedProxies returns the addresses and networks of the proxies that are believed.
func (c Config) trustedProxies() []string {
	if c.TrustedProxies == "" {
		return nil
	}
	list := strings.Split(c.TrustedProxies, ",")
	for i, proxy := range list {
		list[i] = strings.TrimSpace(proxy)
	}
	return list
}

// placeholders returns what is no customer's address.
func (c Config) placeholders() (*address.Placeholders, error) {
	return address.NewPlaceholders(strings.Split(c.Placeholders, ","), c.Region)
}

// database returns the address of the database.
func (c Config) database() string {
	if c.Database != "" {
		return c.Database
	}
	return "sqlite:" + filepath.Join(c.DataDir, "aftercall.db")
}

// keepsDatabase reports whether the database is a file in the data directory, so that who is alone there is alone with it.
func (c Config) keepsDatabase() bool {
	file, found := strings.CutPrefix(c.database(), "sqlite:")
	return found && filepath.Dir(file) == filepath.Clean(c.DataDir)
}

// zone returns the centre's time zone.
func (c Config) zone() (*time.Location, error) {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		return nil, fmt.Errorf("load the centre's zone: %w", err)
	}
	return zone, nil
}
