package delivery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"

	"aftercall/internal/fault"
)

// Robots post messages to robots of chat groups, as 企业微信 has them. Their addresses are typed by people: only the public internet is
// reached, over TLS, and no redirect is followed.
type Robots struct{ client *http.Client }

// NewRobots returns the sender. Hosts are those off the public internet that may be reached too.
func NewRobots(hosts ...string) *Robots {
	reachable, _ := readAllowed(hosts)
	return &Robots{client: reachable.client()}
}

// The ways in which a robot takes no message. None names the address, which holds a secret.
var (
	errRobotAddress = fault.New(fault.Invalid, "robot_address", "the address of the robot must begin with https://")
	errRobotNotNow  = fault.New(fault.Unavailable, "robot_not_now", "the robot takes no message now")
	errRobotRefused = fault.New(fault.Conflict, "robot_refused", "the robot refused the message")
	errRobotUnknown = errors.New("nobody knows whether the robot took the message")
)

// robotBusy is how 企业微信 says that a robot has posted too often in this minute.
const robotBusy = 45009

// Post has a robot post a text. It returns fault.Unavailable when the robot cannot be reached or takes nothing now, fault.Conflict when it
// refuses, fault.Invalid for an address that is none, and an error without a kind when nobody knows.
func (r *Robots) Post(ctx context.Context, address, text string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" {
		return errRobotAddress
	}
	body, err := json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": text}})
	if err != nil {
		return fmt.Errorf("write the message of a robot: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errRobotAddress
	}
	request.Header.Set("Content-Type", jsonType)
	response, err := r.client.Do(request)
	switch {
	case errors.Is(err, errGuarded):
		return errRobotRefused
	case err != nil && notSent(err):
		return errRobotNotNow
	case err != nil:
		return errRobotUnknown // what it says has the address
	}
	defer response.Body.Close()
	return robotSaid(response)
}

// notSent reports whether an error of HTTP came before anything was sent.
func notSent(err error) bool {
	dialling := (*net.OpError)(nil)
	return errors.As(err, &dialling) && dialling.Op == "dial"
}

func robotSaid(response *http.Response) error {
	switch {
	case response.StatusCode == http.StatusTooManyRequests, response.StatusCode >= 500:
		return errRobotNotNow
	case response.StatusCode != http.StatusOK:
		return errRobotRefused
	}
	var said struct {
		Code int `json:"errcode"`
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil || json.Unmarshal(answer, &said) != nil {
		return errRobotUnknown
	}
	switch said.Code {
	case 0:
		return nil
	case robotBusy:
		return errRobotNotNow
	}
	return errRobotRefused
}
