"""Device Alerts: the codes worth emulating, each with its name and mark."""

from smart_metering.device_alerts import DEVICE_ALERTS, DeviceAlertCode, definition_of


def test_there_is_one_named_row_for_each_code_in_order() -> None:
    assert [row.code for row in DEVICE_ALERTS] == list(DeviceAlertCode)
    assert list(DeviceAlertCode) == sorted(DeviceAlertCode)
    assert all(definition_of(code).name for code in DeviceAlertCode)


def test_the_codes_of_firmware_are_those_of_gbcs() -> None:
    codes = {code.name: f"{code:04X}" for code in DeviceAlertCode if "FIRMWARE" in code.name}

    assert codes == {
        "METROLOGY_FIRMWARE_VERIFICATION_FAILED": "81AD",
        "FIRMWARE_VERIFICATION_FAILED_AT_POWER_ON": "8F1B",
        "FIRMWARE_VERIFICATION_FAILED": "8F1C",
        "EXECUTING_FIRMWARE_VERSION_CHANGED": "8F43",
        "FIRMWARE_VERIFICATION_SUCCESSFUL": "8F72",
        "FIRMWARE_TRANSFER_FAILED": "8F89",
        "FIRMWARE_TRANSFER_SUCCESSFUL": "8F8A",
        "PPMID_FIRMWARE_ACTIVATION": "8F8B",
    }


def test_the_outcomes_of_a_future_dated_command_are_those_of_gbcs() -> None:
    assert DeviceAlertCode(0x8F66) is DeviceAlertCode.FUTURE_DATED_COMMAND_SUCCESSFUL
    assert DeviceAlertCode(0x8F67) is DeviceAlertCode.FUTURE_DATED_COMMAND_FAILED
