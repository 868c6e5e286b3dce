package hours

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"
)

func names(zones []*time.Location) string {
	var list []string
	for _, zone := range zones {
		list = append(list, zone.String())
	}
	return strings.Join(list, " ")
}

// TestANumberIsInTheZonesOfItsCountry looks at numbers of every kind of every region that has a calling code.
func TestANumberIsInTheZonesOfItsCountry(t *testing.T) {
	t.Parallel()
	kinds := []phonenumbers.PhoneNumberType{
		phonenumbers.FIXED_LINE, phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.VOIP, phonenumbers.PERSONAL_NUMBER,
		phonenumbers.SHARED_COST, phonenumbers.UAN, phonenumbers.TOLL_FREE, phonenumbers.PREMIUM_RATE,
	}
	checked := 0
	for region := range phonenumbers.GetSupportedRegions() {
		if len(regionZones(region)) == 0 {
			t.Errorf("%s has a calling code and no zone", region)
		}
		for _, kind := range kinds {
			number := phonenumbers.GetExampleNumberForType(region, kind)
			if number == nil {
				continue
			}
			checked++
			e164 := phonenumbers.Format(number, phonenumbers.E164)
			where := placeOfNumber(e164)
			own := regionZones(region)
			_, sharing := callingCode(e164)
			for _, other := range sharing {
				if len(sharing) > 1 && (kind > phonenumbers.FIXED_LINE_OR_MOBILE || phonenumbers.IsValidNumberForRegion(number, other)) {
					own = append(slices.Clone(own), regionZones(other)...)
				}
			}
			if len(where.Zones) == 0 {
				t.Errorf("%s of %s is nowhere", e164, region)
			}
			for _, zone := range where.Zones {
				if !slices.Contains(own, zone) {
					t.Errorf("%s of %s is in %s, which has %s", e164, region, zone, names(own))
				}
			}
		}
	}
	if checked < 1000 {
		t.Errorf("only %d numbers", checked)
	}
}

func TestAMobileMayBeAnywhereInItsCountry(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"RU", "AU", "ES", "ID", "NZ", "EC", "MN", "UA", "PG", "CD"} {
		t.Run(region, func(t *testing.T) {
			number := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
			where := placeOfNumber(phonenumbers.Format(number, phonenumbers.E164))
			for _, zone := range regionZones(region) {
				if !slices.ContainsFunc(where.Zones, func(z *time.Location) bool { return sameClock(z, zone) }) {
					t.Errorf("a mobile of %s is never in %s: %s", region, zone, names(where.Zones))
				}
			}
		})
	}
}

func TestZonesOfNumbers(t *testing.T) {
	t.Parallel()
	for phone, want := range map[string]string{
		"+212650123456": "Africa/Casablanca, MA", "+212520123456": "Africa/Casablanca, MA", "+212528812345": "Africa/El_Aaiun, EH",
		"+212528912345": "Africa/El_Aaiun, EH", "+38343201234": "Europe/Belgrade, XK", "+38328012345": "Europe/Belgrade, XK",
		"+381601234567": "Europe/Belgrade, RS", "+79161234567": "RU", "+74951234567": "Europe/Moscow, RU",
		"+74232123456": "Asia/Vladivostok, RU",
		"+77012345678": "Asia/Almaty, KZ", "+77172123456": "KZ", "+442079460018": "Europe/London, GB", "+447400123456": "Europe/London, GB",
		"+441481250123": "Europe/Guernsey, GG", "+447781123456": "Europe/Guernsey, GG", "+441534250123": "Europe/Jersey, JE",
		"+447797712345": "Europe/Jersey, JE", "+441624250123": "Europe/Isle_of_Man, IM", "+447624123456": "Europe/Isle_of_Man, IM",
		"+12125550123": "America/New_York, US", "+13105550123": "America/Los_Angeles, US", "+14165550123": "America/Toronto, CA",
		"+16045550123": "CA", "+18095550123": "America/Santo_Domingo, DO", "+12425550123": "America/Nassau, BS",
		"+18765550123": "America/Jamaica, JM",
		"+17875550123": "America/Puerto_Rico, PR", "+16715550123": "Pacific/Guam, GU", "+213551234567": "Africa/Algiers, DZ",
		"+211977123456": "Africa/Juba, SS", "+50581234567": "America/Managua, NI", "+218912345678": "Africa/Tripoli, LY",
		"+8501921234567": "Asia/Pyongyang, KP", "+353850123456": "Europe/Dublin, IE", "+4915123456789": "Europe/Berlin, DE",
		"+8613912348000": "Asia/Shanghai, CN", "+5491123456789": "America/Argentina/Buenos_Aires, AR",
		"+525512345678": "America/Mexico_City, MX",
		"+526641234567": "America/Tijuana, MX", "+5592991234567": "America/Manaus, BR", "+61292123456": "Australia/Sydney, AU",
		"+56961234567": "America/Santiago America/Coyhaique Pacific/Easter, CL",
		"+24740123":    "Atlantic/St_Helena, AC", "+4779123456": "Arctic/Longyearbyen, SJ", "+35818123456": "Europe/Mariehamn, AX",
	} {
		t.Run(phone, func(t *testing.T) {
			where := placeOfNumber(phone)
			got := names(where.Zones) + ", " + strings.Join(where.Regions, " ")
			if !strings.Contains(want, ",") {
				got = strings.Join(where.Regions, " ")
			}
			if got != want {
				t.Errorf("%s: %s, want %s", phone, got, want)
			}
		})
	}
	if where := placeOfNumber("+18005550100"); len(where.Zones) < 20 {
		t.Errorf("a free number of North America may be anywhere: %s", names(where.Zones))
	}
}
