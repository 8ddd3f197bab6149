<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>Format</name>
    <message numerus="yes">
        <source>%n confirmation(s)</source>
        <translation>
            <numerusform>%n confirmation</numerusform>
            <numerusform>%n confirmations</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n payment(s) are on their way.</source>
        <translation>
            <numerusform>%n payment is on its way.</numerusform>
            <numerusform>%n payments are on their way.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Waiting for the chain: %1 of %n confirmation(s).</source>
        <translation>
            <numerusform>Waiting for the chain: %1 of %n confirmation.</numerusform>
            <numerusform>Waiting for the chain: %1 of %n confirmations.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) wait for the other side to connect.</source>
        <translation>
            <numerusform>One channel waits for the other side to connect.</numerusform>
            <numerusform>%n channels wait for the other side to connect.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) are being opened or closed.</source>
        <translation>
            <numerusform>A channel is being opened or closed.</numerusform>
            <numerusform>%n channels are being opened or closed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Everything is in order. %n channel(s) are ready.</source>
        <translation>
            <numerusform>Everything is in order. One channel is ready.</numerusform>
            <numerusform>Everything is in order. %n channels are ready.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>At once, through %n channel(s).</source>
        <translation>
            <numerusform>At once, through one channel.</numerusform>
            <numerusform>At once, through %n channels.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>after %n more block(s)</source>
        <translation>
            <numerusform>after %n more block</numerusform>
            <numerusform>after %n more blocks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>within %n minute(s)</source>
        <translation>
            <numerusform>within %n minute</numerusform>
            <numerusform>within %n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>within %n block(s)</source>
        <translation>
            <numerusform>within %n block</numerusform>
            <numerusform>within %n blocks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Soon (about %n block(s))</source>
        <translation>
            <numerusform>Soon (about %n block)</numerusform>
            <numerusform>Soon (about %n blocks)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Normal (about %n block(s))</source>
        <translation>
            <numerusform>Normal (about %n block)</numerusform>
            <numerusform>Normal (about %n blocks)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No hurry (about %n block(s))</source>
        <translation>
            <numerusform>No hurry (about %n block)</numerusform>
            <numerusform>No hurry (about %n blocks)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The practice network has ended %n times in a row.</source>
        <translation>
            <numerusform>The practice network has ended %n time in a row.</numerusform>
            <numerusform>The practice network has ended %n times in a row.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>expires in %n minute(s)</source>
        <translation>
            <numerusform>expires in %n minute</numerusform>
            <numerusform>expires in %n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>expires in %n hour(s)</source>
        <translation>
            <numerusform>expires in %n hour</numerusform>
            <numerusform>expires in %n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>expires in %n day(s)</source>
        <translation>
            <numerusform>expires in %n day</numerusform>
            <numerusform>expires in %n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It has not answered since block %1, for %n block(s).</source>
        <translation>
            <numerusform>It has not answered since block %1, for %n block.</numerusform>
            <numerusform>It has not answered since block %1, for %n blocks.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It has not answered since about %2 (block %1, for %n block(s)).</source>
        <translation>
            <numerusform>It has not answered since about %2 (block %1, for %n block).</numerusform>
            <numerusform>It has not answered since about %2 (block %1, for %n blocks).</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n block(s)</source>
        <translation>
            <numerusform>%n block</numerusform>
            <numerusform>%n blocks</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>about %n minute</numerusform>
            <numerusform>about %n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s)</source>
        <translation>
            <numerusform>about %n hour</numerusform>
            <numerusform>about %n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n day(s)</source>
        <translation>
            <numerusform>about %n day</numerusform>
            <numerusform>about %n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) can be closed by the other side only, because this copy of the wallet is an old one. Ask the other side to close. Channels says which.</source>
        <translation>
            <numerusform>One channel can be closed by the other side only, because this copy of the wallet is an old one. Ask the other side to close. Channels says which.</numerusform>
            <numerusform>%n channels can be closed by the other side only, because this copy of the wallet is an old one. Ask the other sides to close. Channels says which.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) cannot be closed together, because the other side does not answer. You can go on waiting, or close alone under Channels.</source>
        <translation>
            <numerusform>One channel cannot be closed together, because the other side does not answer. You can go on waiting, or close it alone under Channels.</numerusform>
            <numerusform>%n channels cannot be closed together, because the other sides do not answer. You can go on waiting, or close them alone under Channels.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The opening transactions of %n channel(s) have lost their blocks and wait for others.</source>
        <translation>
            <numerusform>The opening transaction of one channel has lost its block and waits for another one.</numerusform>
            <numerusform>The opening transactions of %n channels have lost their blocks and wait for others.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>runnel::ui::OpenChannelDialog</name>
    <message numerus="yes">
        <source>Usable %1 (%n confirmation(s)).</source>
        <translation>
            <numerusform>Usable %1 (%n confirmation).</numerusform>
            <numerusform>Usable %1 (%n confirmations).</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>runnel::ui::SetupView</name>
    <message numerus="yes">
        <source>At least %n character(s); a few words are good.</source>
        <translation>
            <numerusform>At least %n character; a few words are good.</numerusform>
            <numerusform>At least %n characters; a few words are good.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Take at least %n character(s).</source>
        <translation>
            <numerusform>Take at least %n character.</numerusform>
            <numerusform>Take at least %n characters.</numerusform>
        </translation>
    </message>
</context>
</TS>
