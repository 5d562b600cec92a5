package wire

import (
	"encoding/json"
	"encoding/xml"
	"net/http"

	"github.com/google/uuid"
)

// namespaces are those of the answers in XML.
var namespaces = map[string]string{
	"cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
	"iam":            "https://iam.amazonaws.com/doc/2010-05-08/",
	"sns":            "http://sns.amazonaws.com/doc/2010-03-31/",
	"sts":            "https://sts.amazonaws.com/doc/2011-06-15/",
}

// Answer writes the result of a call of a query or AWS JSON protocol.
func (c Call) Answer(w http.ResponseWriter, result any) {
	id := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", id)
	if c.Protocol == Query {
		w.Header().Set("Content-Type", "text/xml")
		_ = encodeXML(w, xml.Name{Local: c.Operation + "Response"}, namespaces[c.Service],
			part{c.Operation + "Result", result}, part{"ResponseMetadata", requestID{id}}) // a caller that is gone needs none
		return
	}
	raw, err := json.Marshal(result)
	if err != nil {
		c.Refuse(w, http.StatusInternalServerError, "InternalFailure", err.Error())
		return
	}
	w.Header().Set("Content-Type", c.contentType())
	_, _ = w.Write(raw) // a caller that is gone needs none
}

// Refuse writes an error with the code by which the service names it.
func (c Call) Refuse(w http.ResponseWriter, status int, code, message string) {
	id := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", id)
	w.Header().Set("Content-Type", c.contentType())
	fault := "Sender"
	if status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	// Whom nobody reads needs no answer: errors of writing are left.
	switch c.Protocol {
	case Query:
		w.WriteHeader(status)
		_ = encodeXML(w, xml.Name{Local: "ErrorResponse"}, namespaces[c.Service], part{"Error", xmlError{fault, code, message}}, part{"RequestId", id})
	case EC2Query:
		w.WriteHeader(status)
		_ = encodeXML(w, xml.Name{Local: "Response"}, "", part{"Errors", struct{ Error xmlError }{xmlError{"", code, message}}}, part{"RequestID", id})
	case RESTXML:
		w.WriteHeader(status)
		if c.Service == "s3" {
			_ = encodeXML(w, xml.Name{Local: "Error"}, "", part{"Code", code}, part{"Message", message}, part{"RequestId", id})
			return
		}
		_ = encodeXML(w, xml.Name{Local: "ErrorResponse"}, "", part{"Error", xmlError{fault, code, message}}, part{"RequestId", id})
	case CBOR:
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.WriteHeader(status)
		_, _ = w.Write(cborTexts("__type", code, "message", message))
	case RESTJSON:
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
	default:
		w.Header().Set("X-Amzn-Errortype", code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
	}
}

func (c Call) contentType() string {
	switch c.Protocol {
	case JSON10:
		return "application/x-amz-json-1.0"
	case JSON11:
		return "application/x-amz-json-1.1"
	case Query, EC2Query:
		return "text/xml"
	case RESTXML:
		return "application/xml"
	case CBOR:
		return "application/cbor"
	}
	return "application/json"
}

type requestID struct {
	RequestId string //nolint:revive // as the services spell it
}

type xmlError struct {
	Type          string `xml:",omitempty"`
	Code, Message string
}

type part struct {
	name  string
	value any
}

// encodeXML writes an element of which each part is a child by its name.
func encodeXML(w http.ResponseWriter, name xml.Name, namespace string, parts ...part) error {
	e := xml.NewEncoder(w)
	start := xml.StartElement{Name: name}
	if namespace != "" {
		start.Attr = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}}
	}
	if err := e.EncodeToken(start); err != nil {
		return err
	}
	for _, p := range parts {
		if p.value == nil {
			continue
		}
		if err := e.EncodeElement(p.value, xml.StartElement{Name: xml.Name{Local: p.name}}); err != nil {
			return err
		}
	}
	if err := e.EncodeToken(start.End()); err != nil {
		return err
	}
	return e.Close()
}

// cborTexts is a map of texts in CBOR (RFC 8949).
func cborTexts(pairs ...string) []byte {
	b := []byte{0xa0 | byte(len(pairs)/2)} // #nosec G115 -- a refusal has a few members
	for _, s := range pairs {
		switch n := len(s); {
		case n < 24:
			b = append(b, 0x60|byte(n))
		case n < 1<<8:
			b = append(b, 0x78, byte(n))
		default:
			s = s[:min(n, 1<<16-1)]
			b = append(b, 0x79, byte(len(s)>>8), byte(len(s))) // #nosec G115 -- cut to 16 bits above
		}
		b = append(b, s...)
	}
	return b
}
