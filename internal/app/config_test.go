package app

import (
	"slices"
	"testing"
	"time"

	"aftercall/internal/fault"
)

func TestDefaultsWorkForOneProcess(t *testing.T) {
	t.Parallel()
	if err := Default().Validate(Parts{Web: true, Work: true}); err != nil {
		t.Error(err)
	}
}

func TestEverySettingThatCannotWorkIsNamed(t *testing.T) {
	t.Parallel()
	shared := func(c *Config) {
		c.Database, c.Redis, c.PublicURL = "mysql://u:p@db/aftercall", "redis://redis", "https://care.example.com"
	}
	for _, c := range []struct {
		name   string
		parts  Parts
		change func(c *Config)
		want   []string
	}{
		{"web apart on the defaults", Parts{Web: true, Shared: true}, func(*Config) {}, []string{"database"}},
		{"worker apart on the defaults", Parts{Work: true, Shared: true}, func(*Config) {}, []string{"database", "redis", "public-url"}},
		{"worker apart on servers", Parts{Work: true, Shared: true}, shared, nil},
		{"web apart on servers", Parts{Web: true, Shared: true}, shared, nil},
		{"no zone", Parts{}, func(c *Config) { c.Zone = "" }, []string{"zone"}},
		{"the machine's zone", Parts{}, func(c *Config) { c.Zone = "Local" }, []string{"zone"}},
		{"address without a port", Parts{Web: true}, func(c *Config) { c.Addr = "localhost" }, []string{"addr"}},
		{"health without a port", Parts{Work: true}, func(c *Config) { c.HealthAddr = "localhost" }, []string{"health-addr"}},
		{"proxies by address and network", Parts{}, func(c *Config) { c.TrustedProxies = "10.0.0.5, 10.1.0.0/24,::1,fd00::/8" }, nil},
		{"a proxy by name", Parts{}, func(c *Config) { c.TrustedProxies = "10.0.0.5,proxy" }, []string{"trusted-proxies"}},
		{"a network too narrow", Parts{}, func(c *Config) { c.TrustedProxies = "10.1.0.0/33" }, []string{"trusted-proxies"}},
		{"the centre's own addresses", Parts{}, func(c *Config) { c.Placeholders = "example.com, 95588,!no@example.org" }, nil},
		{"own addresses that are none", Parts{}, func(c *Config) { c.Placeholders = "our numbers" }, []string{"placeholders"}},
		{"two at once", Parts{}, func(c *Config) { c.Language, c.Region = "de", "CHN" }, []string{"language", "region"}},
		{"delay below zero", Parts{}, func(c *Config) { c.SurveyDelay = -time.Hour }, []string{"survey-delay"}},
		{"delay of a month", Parts{}, func(c *Config) { c.SurveyDelay = 30 * 24 * time.Hour }, []string{"survey-delay"}},
		{"public URL without a scheme", Parts{}, func(c *Config) { c.PublicURL = "care.example.com" }, []string{"public-url"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := Default()
			c.change(&cfg)
			err := cfg.Validate(c.parts)
			var got []string
			if f, ok := fault.Of(err); ok {
				for _, field := range f.Fields {
					got = append(got, field.Name)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("refused %v (%v), want %v", got, err, c.want)
			}
		})
	}
}
