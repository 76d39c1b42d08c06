"""
Global Accelerator, which moto has not. AWS's own client is given calls to make; what it sends is held against AWS's own
description of the service, which comes with the client, and against the service's rules, is kept, and is read back.

Standard input: { "allocations": { id: region }, "accelerator": {...}, "listener": {...}, "groups": [{...}] }, each as the API
takes it. Standard output: the same as the API lists it, or { "refused": message } of the first call that is refused.
"""
import json
import re
import sys
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.loaders import Loader
from botocore.model import ServiceModel

MODEL = ServiceModel(Loader().load_service_model("globalaccelerator", "service-2"))
ARN = "arn:aws:globalaccelerator::111122223333:accelerator/"


class Refused(Exception):
    pass


def check(value, shape, at):
    """What AWS's description says of a value: its type, what is required, ranges, lengths, patterns and enumerations."""
    kind = shape.type_name
    limits = shape.metadata
    if kind == "structure":
        unknown = [name for name in value if name not in shape.members]
        missing = [name for name in shape.required_members if name not in value]
        if unknown or missing:
            raise Refused(f"{at}: unknown {unknown}, missing {missing}")
        for name, one in value.items():
            check(one, shape.members[name], f"{at}.{name}")
        return
    if kind == "list":
        for index, one in enumerate(value):
            check(one, shape.member, f"{at}[{index}]")
    size = len(value) if kind in ("list", "string") else value
    if kind != "boolean" and not limits.get("min", size) <= size <= limits.get("max", size):
        raise Refused(f"{at}: {value} is not {limits.get('min')} to {limits.get('max')}")
    if kind == "string":
        if "pattern" in limits and not re.search(limits["pattern"], value):
            raise Refused(f"{at}: {value} does not match {limits['pattern']}")
        if shape.enum and value not in shape.enum:
            raise Refused(f"{at}: {value} is none of {shape.enum}")


class Service:
    """One account's accelerators."""

    def __init__(self, allocations):
        self.allocations = allocations
        self.accelerators, self.listeners, self.groups = {}, {}, {}

    def call(self, operation, given):
        check(given, MODEL.operation_model(operation).input_shape, operation)
        return getattr(self, operation)(given)

    def CreateAccelerator(self, given):
        arn = ARN + str(uuid.uuid4())
        self.accelerators[arn] = kept = {**without(given, "IdempotencyToken"), "AcceleratorArn": arn}
        return {"Accelerator": kept}

    def CreateListener(self, given):
        if given["AcceleratorArn"] not in self.accelerators:
            raise Refused("AcceleratorNotFoundException")
        arn = f"{given['AcceleratorArn']}/listener/{uuid.uuid4().hex[:8]}"
        self.listeners[arn] = {**without(given, "IdempotencyToken"), "ListenerArn": arn}
        return {"Listener": without(self.listeners[arn], "AcceleratorArn")}

    def CreateEndpointGroup(self, given):
        listener, region = given["ListenerArn"], given["EndpointGroupRegion"]
        if listener not in self.listeners:
            raise Refused("ListenerNotFoundException")
        if any(one["ListenerArn"] == listener and one["EndpointGroupRegion"] == region for one in self.groups.values()):
            raise Refused(f"EndpointGroupAlreadyExistsException: {region}")
        endpoints = given.get("EndpointConfigurations", [])
        for one in endpoints:
            if self.allocations.get(one["EndpointId"]) != region:
                raise Refused(f"EndpointNotFoundException: {one['EndpointId']} in {region}")
        arn = f"{listener}/endpoint-group/{uuid.uuid4().hex[:12]}"
        kept = {**without(given, "IdempotencyToken", "EndpointConfigurations"), "EndpointGroupArn": arn}
        self.groups[arn] = {**kept, "EndpointDescriptions": endpoints}
        return {"EndpointGroup": without(self.groups[arn], "ListenerArn")}

    def DescribeAccelerator(self, given):
        return {"Accelerator": self.accelerators[given["AcceleratorArn"]]}

    def ListListeners(self, given):
        mine = [one for one in self.listeners.values() if one["AcceleratorArn"] == given["AcceleratorArn"]]
        return {"Listeners": [without(one, "AcceleratorArn") for one in mine]}

    def ListEndpointGroups(self, given):
        mine = [one for one in self.groups.values() if one["ListenerArn"] == given["ListenerArn"]]
        return {"EndpointGroups": [without(one, "ListenerArn") for one in mine]}


def without(given, *names):
    return {name: value for name, value in given.items() if name not in names}


def serve(service):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            operation = self.headers["X-Amz-Target"].split(".")[1]
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                status, answer = 200, service.call(operation, given)
            except Refused as problem:
                status, answer = 400, {"__type": "InvalidArgumentException", "Message": str(problem)}
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def main():
    asked = json.load(sys.stdin)
    client = boto3.client(
        "globalaccelerator",
        region_name="us-west-2",
        endpoint_url=serve(Service(asked["allocations"])),
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )
    try:
        accelerator = client.create_accelerator(**asked["accelerator"])["Accelerator"]["AcceleratorArn"]
        listener = client.create_listener(AcceleratorArn=accelerator, **asked["listener"])["Listener"]["ListenerArn"]
        for group in asked["groups"]:
            client.create_endpoint_group(ListenerArn=listener, **group)
    except ClientError as error:
        json.dump({"refused": error.response["Error"]["Message"]}, sys.stdout)
        return
    except ParamValidationError as error:
        json.dump({"refused": str(error)}, sys.stdout)
        return
    listed = {
        "accelerator": client.describe_accelerator(AcceleratorArn=accelerator)["Accelerator"],
        "listeners": client.list_listeners(AcceleratorArn=accelerator)["Listeners"],
        "groups": client.list_endpoint_groups(ListenerArn=listener)["EndpointGroups"],
    }
    json.dump(listed, sys.stdout)


main()
