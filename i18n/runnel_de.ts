<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Format</name>
    <message>
        <source>Lightning payment</source>
        <translation>Lightning-Zahlung</translation>
    </message>
    <message>
        <source>Lightning invoice</source>
        <translation>Lightning-Rechnung</translation>
    </message>
    <message>
        <source>any amount</source>
        <translation>beliebiger Betrag</translation>
    </message>
    <message>
        <source>On its way</source>
        <translation>Unterwegs</translation>
    </message>
    <message>
        <source>Waiting to be paid</source>
        <translation>Wartet auf die Zahlung</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>Bezahlt</translation>
    </message>
    <message>
        <source>no fee</source>
        <translation>keine Gebühr</translation>
    </message>
    <message>
        <source>fee %1</source>
        <translation>Gebühr %1</translation>
    </message>
    <message>
        <source>Not paid</source>
        <translation>Nicht bezahlt</translation>
    </message>
    <message>
        <source>Coins received</source>
        <translation>Geld empfangen</translation>
    </message>
    <message>
        <source>Coins sent</source>
        <translation>Geld gesendet</translation>
    </message>
    <message>
        <source>Channel opened</source>
        <translation>Kanal geöffnet</translation>
    </message>
    <message>
        <source>Channel closed</source>
        <translation>Kanal geschlossen</translation>
    </message>
    <message>
        <source>Returned from a channel</source>
        <translation>Aus einem Kanal zurück</translation>
    </message>
    <message>
        <source>Fee added to a transaction</source>
        <translation>Gebühr einer Transaktion erhöht</translation>
    </message>
    <message>
        <source>Waiting for the chain</source>
        <translation>Wartet auf die Kette</translation>
    </message>
    <message>
        <source>Confirmed</source>
        <translation>Bestätigt</translation>
    </message>
    <message numerus="yes">
        <source>%n confirmation(s)</source>
        <translation>
            <numerusform>%n Bestätigung</numerusform>
            <numerusform>%n Bestätigungen</numerusform>
        </translation>
    </message>
    <message>
        <source>less than %1</source>
        <translation>weniger als %1</translation>
    </message>
    <message numerus="yes">
        <source>%n payment(s) are on their way.</source>
        <translation>
            <numerusform>Eine Zahlung ist unterwegs.</numerusform>
            <numerusform>%n Zahlungen sind unterwegs.</numerusform>
        </translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Offen</translation>
    </message>
    <message>
        <source>You can send %1 and receive %2.</source>
        <translation>Du kannst %1 senden und %2 empfangen.</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Getrennt</translation>
    </message>
    <message>
        <source>The other side is not connected. You can send %1 and receive %2 when it is back.</source>
        <translation>Die Gegenseite ist nicht verbunden. Du kannst %1 senden und %2 empfangen, wenn sie zurück ist.</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>Wird geöffnet</translation>
    </message>
    <message numerus="yes">
        <source>Waiting for the chain: %1 of %n confirmation(s).</source>
        <translation>
            <numerusform>Wartet auf die Kette: %1 von %n Bestätigung.</numerusform>
            <numerusform>Wartet auf die Kette: %1 von %n Bestätigungen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Confirmed here. Waiting for the other side to see it too.</source>
        <translation>Hier bestätigt. Wartet darauf, dass es auch die Gegenseite sieht.</translation>
    </message>
    <message>
        <source>Being agreed on with the other side. Nothing is at stake yet.</source>
        <translation>Wird mit der Gegenseite vereinbart. Noch steht nichts auf dem Spiel.</translation>
    </message>
    <message>
        <source>Closing</source>
        <translation>Wird geschlossen</translation>
    </message>
    <message>
        <source>Closing by agreement, as soon as the payments on their way have ended.</source>
        <translation>Wird gemeinsam geschlossen, sobald die laufenden Zahlungen beendet sind.</translation>
    </message>
    <message>
        <source>Closing by agreement, as soon as the other side is back.</source>
        <translation>Wird gemeinsam geschlossen, sobald die Gegenseite zurück ist.</translation>
    </message>
    <message>
        <source>Closing. Your part is in your wallet; the chain makes it final.</source>
        <translation>Wird geschlossen. Dein Teil ist in deiner Wallet; die Kette macht es endgültig.</translation>
    </message>
    <message>
        <source>Closing. %1 are on their way back to your wallet.</source>
        <translation>Wird geschlossen. %1 sind auf dem Rückweg in deine Wallet.</translation>
    </message>
    <message>
        <source>%1 in payments are settled on the chain.</source>
        <translation>%1 in Zahlungen werden auf der Kette abgewickelt.</translation>
    </message>
    <message>
        <source>Usable %1.</source>
        <translation>Benutzbar %1.</translation>
    </message>
    <message>
        <source>Back in your wallet %1.</source>
        <translation>Zurück in deiner Wallet %1.</translation>
    </message>
    <message>
        <source>Be online %1: a payment on its way ends then.</source>
        <translation>Sei %1 online: Dann endet eine laufende Zahlung.</translation>
    </message>
    <message>
        <source>In order</source>
        <translation>In Ordnung</translation>
    </message>
    <message>
        <source>Under way</source>
        <translation>Im Gang</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Needs attention</source>
        <translation>Achtung</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>by agreement</source>
        <translation>gemeinsam</translation>
    </message>
    <message>
        <source>by the other side alone</source>
        <translation>von der Gegenseite allein</translation>
    </message>
    <message>
        <source>by you alone</source>
        <translation>von dir allein</translation>
    </message>
    <message>
        <source>by the other side, with an old state</source>
        <translation>von der Gegenseite, mit einem alten Stand</translation>
    </message>
    <message>
        <source>it was never confirmed</source>
        <translation>er wurde nie bestätigt</translation>
    </message>
    <message>
        <source>Offered</source>
        <translation>Angeboten</translation>
    </message>
    <message>
        <source>Being settled</source>
        <translation>Wird abgewickelt</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Geschlossen</translation>
    </message>
    <message>
        <source>Closed. Nothing is left in it.</source>
        <translation>Geschlossen. Es ist nichts mehr darin.</translation>
    </message>
    <message>
        <source>The cause: %1.</source>
        <translation>Die Ursache: %1.</translation>
    </message>
    <message>
        <source>Opening the channel with %1</source>
        <translation>Der Kanal mit %1 wird geöffnet</translation>
    </message>
    <message>
        <source>Usable once the channel is ready.</source>
        <translation>Benutzbar, sobald der Kanal bereit ist.</translation>
    </message>
    <message>
        <source>Closing the channel with %1</source>
        <translation>Der Kanal mit %1 wird geschlossen</translation>
    </message>
    <message>
        <source>In your wallet %1.</source>
        <translation>In deiner Wallet %1.</translation>
    </message>
    <message>
        <source>In your wallet once the closing transaction is in a block.</source>
        <translation>In deiner Wallet, sobald die Schließungstransaktion in einem Block ist.</translation>
    </message>
    <message>
        <source>A payment through %1</source>
        <translation>Eine Zahlung über %1</translation>
    </message>
    <message>
        <source>Practice network</source>
        <translation>Übungsnetz</translation>
    </message>
    <message>
        <source>The chain source does not answer. Payments go on for a while; opening and closing wait.</source>
        <translation>Die Kettenquelle antwortet nicht. Zahlungen gehen eine Weile weiter; Öffnen und Schließen warten.</translation>
    </message>
    <message>
        <source>Catching up with the chain, now at block %1.</source>
        <translation>Holt auf, jetzt bei Block %1.</translation>
    </message>
    <message>
        <source>Your channel waits for its other side to connect.</source>
        <translation>Dein Kanal wartet auf die Verbindung der Gegenseite.</translation>
    </message>
    <message>
        <source>All your channels wait for their other sides to connect.</source>
        <translation>Alle deine Kanäle warten auf die Verbindung ihrer Gegenseiten.</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) wait for the other side to connect.</source>
        <translation>
            <numerusform>Ein Kanal wartet auf die Verbindung der Gegenseite.</numerusform>
            <numerusform>%n Kanäle warten auf die Verbindung der Gegenseite.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) are being opened or closed.</source>
        <translation>
            <numerusform>Ein Kanal wird geöffnet oder geschlossen.</numerusform>
            <numerusform>%n Kanäle werden geöffnet oder geschlossen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Everything is in order. %n channel(s) are ready.</source>
        <translation>
            <numerusform>Alles in Ordnung. Ein Kanal ist bereit.</numerusform>
            <numerusform>Alles in Ordnung. %n Kanäle sind bereit.</numerusform>
        </translation>
    </message>
    <message>
        <source>Coins that are not confirmed yet</source>
        <translation>Noch nicht bestätigtes Geld</translation>
    </message>
    <message>
        <source>Spendable %1.</source>
        <translation>Ausgeben kannst du es %1.</translation>
    </message>
    <message>
        <source>Kept for closing channels</source>
        <translation>Für das Schließen von Kanälen zurückgelegt</translation>
    </message>
    <message>
        <source>These coins pay the fees when a channel must be closed in time. They are free again once your channels are closed.</source>
        <translation>Dieses Geld zahlt die Gebühren, wenn ein Kanal rechtzeitig geschlossen werden muss. Es ist wieder frei, sobald deine Kanäle geschlossen sind.</translation>
    </message>
    <message>
        <source>Kept back inside your channels</source>
        <translation>In deinen Kanälen zurückgehalten</translation>
    </message>
    <message>
        <source>None of your channels is ready at this moment, so nothing can be received over Lightning yet.</source>
        <translation>Keiner deiner Kanäle ist im Augenblick bereit, also kann über Lightning noch nichts empfangen werden.</translation>
    </message>
    <message>
        <source>Your channels are full on your side. Spend something first: what you pay makes room to receive.</source>
        <translation>Deine Kanäle sind auf deiner Seite voll. Gib zuerst etwas aus: Was du zahlst, schafft Platz zum Empfangen.</translation>
    </message>
    <message>
        <source>You can receive up to %1 now. That is what the other sides of your channels hold, less what they must keep.</source>
        <translation>Du kannst jetzt bis zu %1 empfangen. So viel haben die Gegenseiten in deinen Kanälen, abzüglich dessen, was sie behalten müssen.</translation>
    </message>
    <message>
        <source>No channel is ready to pay from.</source>
        <translation>Kein Kanal ist zum Bezahlen bereit.</translation>
    </message>
    <message numerus="yes">
        <source>At once, through %n channel(s).</source>
        <translation>
            <numerusform>Sofort, über einen Kanal.</numerusform>
            <numerusform>Sofort, über %n Kanäle.</numerusform>
        </translation>
    </message>
    <message>
        <source>The technical cause: %1</source>
        <translation>Die technische Ursache: %1</translation>
    </message>
    <message>
        <source>There are not enough coins in the wallet.</source>
        <translation>In der Wallet ist nicht genug Geld.</translation>
    </message>
    <message>
        <source>%1 can be spent now, %2 are needed with the fee.</source>
        <translation>%1 können jetzt ausgegeben werden, %2 sind mit der Gebühr nötig.</translation>
    </message>
    <message>
        <source>Choose a smaller amount, or receive coins first.</source>
        <translation>Wähle einen kleineren Betrag oder empfange zuerst Geld.</translation>
    </message>
    <message>
        <source>This would touch what keeps your channels safe.</source>
        <translation>Das würde das Geld angreifen, das deine Kanäle sichert.</translation>
    </message>
    <message>
        <source>%1 stay in the wallet so that channels can be closed in time. %2 are there, %3 are needed in all.</source>
        <translation>%1 bleiben in der Wallet, damit Kanäle rechtzeitig geschlossen werden können. %2 sind da, %3 sind insgesamt nötig.</translation>
    </message>
    <message>
        <source>Choose a smaller amount, or receive more coins first.</source>
        <translation>Wähle einen kleineren Betrag oder empfange zuerst mehr Geld.</translation>
    </message>
    <message>
        <source>The amount is too small.</source>
        <translation>Der Betrag ist zu klein.</translation>
    </message>
    <message>
        <source>The least is %1.</source>
        <translation>Mindestens %1.</translation>
    </message>
    <message>
        <source>Choose a larger amount.</source>
        <translation>Wähle einen größeren Betrag.</translation>
    </message>
    <message>
        <source>The amount is too large.</source>
        <translation>Der Betrag ist zu groß.</translation>
    </message>
    <message>
        <source>The most is %1.</source>
        <translation>Höchstens %1.</translation>
    </message>
    <message>
        <source>Choose a smaller amount.</source>
        <translation>Wähle einen kleineren Betrag.</translation>
    </message>
    <message>
        <source>This is more than your channels can send.</source>
        <translation>Das ist mehr, als deine Kanäle senden können.</translation>
    </message>
    <message>
        <source>%1 can be sent in one payment now, %2 are needed with the fee.</source>
        <translation>%1 können jetzt in einer Zahlung gesendet werden, %2 sind mit der Gebühr nötig.</translation>
    </message>
    <message>
        <source>Pay a smaller amount, or open a larger channel.</source>
        <translation>Zahle einen kleineren Betrag oder öffne einen größeren Kanal.</translation>
    </message>
    <message>
        <source>The fee would be higher than the limit.</source>
        <translation>Die Gebühr wäre höher als die Grenze.</translation>
    </message>
    <message>
        <source>The fee would be %1, the limit is %2.</source>
        <translation>Die Gebühr wäre %1, die Grenze ist %2.</translation>
    </message>
    <message>
        <source>Try again later, or open a channel that is closer to the payee.</source>
        <translation>Versuche es später noch einmal oder öffne einen Kanal, der näher am Empfänger ist.</translation>
    </message>
    <message>
        <source>No way to the payee was found.</source>
        <translation>Es wurde kein Weg zum Empfänger gefunden.</translation>
    </message>
    <message>
        <source>Open a channel with the payee, or with a node it is connected to.</source>
        <translation>Öffne einen Kanal mit dem Empfänger oder mit einem Knoten, mit dem er verbunden ist.</translation>
    </message>
    <message>
        <source>None of your channels leads there now.</source>
        <translation>Keiner deiner Kanäle führt gerade dorthin.</translation>
    </message>
    <message>
        <source>This text cannot be read.</source>
        <translation>Dieser Text kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>This input cannot be used.</source>
        <translation>Diese Eingabe ist nicht verwendbar.</translation>
    </message>
    <message>
        <source>Check what you entered.</source>
        <translation>Prüfe deine Eingabe.</translation>
    </message>
    <message>
        <source>It is not there any more.</source>
        <translation>Es ist nicht mehr da.</translation>
    </message>
    <message>
        <source>It may have ended in the meantime.</source>
        <translation>Vielleicht ist das inzwischen zu Ende.</translation>
    </message>
    <message>
        <source>The wallet has not caught up with the chain yet.</source>
        <translation>Die Wallet ist noch nicht auf dem Stand der Kette.</translation>
    </message>
    <message>
        <source>Wait until Home says that it has, then try again.</source>
        <translation>Warte, bis die Übersicht es meldet, und versuche es dann noch einmal.</translation>
    </message>
    <message>
        <source>The chain source has been silent for too long.</source>
        <translation>Die Kettenquelle schweigt schon zu lange.</translation>
    </message>
    <message>
        <source>Nothing is added to channels until it answers, so that nothing can be missed.</source>
        <translation>Bis sie antwortet, kommt in den Kanälen nichts hinzu, damit nichts übersehen wird.</translation>
    </message>
    <message>
        <source>Check that the chain source is running and can be reached.</source>
        <translation>Prüfe, ob die Kettenquelle läuft und erreichbar ist.</translation>
    </message>
    <message>
        <source>The other side is not connected.</source>
        <translation>Die Gegenseite ist nicht verbunden.</translation>
    </message>
    <message>
        <source>Wait until it is back, or check your network connection.</source>
        <translation>Warte, bis sie zurück ist, oder prüfe deine Netzverbindung.</translation>
    </message>
    <message>
        <source>The other side cannot be reached.</source>
        <translation>Die Gegenseite ist nicht erreichbar.</translation>
    </message>
    <message>
        <source>Check the address, and whether the other side is running.</source>
        <translation>Prüfe die Adresse und ob die Gegenseite läuft.</translation>
    </message>
    <message>
        <source>The other side said no.</source>
        <translation>Die Gegenseite hat abgelehnt.</translation>
    </message>
    <message>
        <source>The invoice leaves the amount to you.</source>
        <translation>Die Rechnung überlässt dir den Betrag.</translation>
    </message>
    <message>
        <source>Enter how much you want to pay.</source>
        <translation>Gib ein, wie viel du zahlen willst.</translation>
    </message>
    <message>
        <source>The fee rate is out of range.</source>
        <translation>Der Gebührensatz liegt außerhalb der Grenzen.</translation>
    </message>
    <message>
        <source>It may be between %1 and %2 sat per vbyte.</source>
        <translation>Er darf zwischen %1 und %2 sat je vByte liegen.</translation>
    </message>
    <message>
        <source>Use the estimate.</source>
        <translation>Nimm die Schätzung.</translation>
    </message>
    <message>
        <source>There is no open channel to pay from.</source>
        <translation>Es gibt keinen offenen Kanal, aus dem du zahlen kannst.</translation>
    </message>
    <message>
        <source>Payments travel through a channel whose other side is connected.</source>
        <translation>Zahlungen laufen durch einen Kanal, dessen Gegenseite verbunden ist.</translation>
    </message>
    <message>
        <source>Open a channel, or wait until the other side is back.</source>
        <translation>Öffne einen Kanal oder warte, bis die Gegenseite zurück ist.</translation>
    </message>
    <message>
        <source>The invoice has expired.</source>
        <translation>Die Rechnung ist abgelaufen.</translation>
    </message>
    <message>
        <source>Nothing was paid.</source>
        <translation>Nichts wurde bezahlt.</translation>
    </message>
    <message>
        <source>Ask the payee for a new one.</source>
        <translation>Bitte den Empfänger um eine neue.</translation>
    </message>
    <message>
        <source>This invoice was paid before.</source>
        <translation>Diese Rechnung wurde schon bezahlt.</translation>
    </message>
    <message>
        <source>Nothing was sent a second time.</source>
        <translation>Nichts wurde ein zweites Mal gesendet.</translation>
    </message>
    <message>
        <source>The proof of payment is in Activity.</source>
        <translation>Der Zahlungsnachweis steht unter „Verlauf“.</translation>
    </message>
    <message>
        <source>A payment of this invoice is still on its way.</source>
        <translation>Eine Zahlung dieser Rechnung ist noch unterwegs.</translation>
    </message>
    <message>
        <source>It may yet arrive, so it is not sent a second time.</source>
        <translation>Sie kann noch ankommen, deshalb wird sie nicht noch einmal gesendet.</translation>
    </message>
    <message>
        <source>Activity shows how it ends.</source>
        <translation>Unter „Verlauf“ siehst du, wie es ausgeht.</translation>
    </message>
    <message>
        <source>This invoice is your own.</source>
        <translation>Diese Rechnung ist deine eigene.</translation>
    </message>
    <message>
        <source>Paying yourself would move nothing.</source>
        <translation>Dich selbst zu bezahlen würde nichts bewegen.</translation>
    </message>
    <message>
        <source>The payee did not take the payment.</source>
        <translation>Der Empfänger hat die Zahlung nicht angenommen.</translation>
    </message>
    <message>
        <source>Ask the payee for a new invoice.</source>
        <translation>Bitte den Empfänger um eine neue Rechnung.</translation>
    </message>
    <message>
        <source>The payment failed on its way.</source>
        <translation>Die Zahlung ist unterwegs gescheitert.</translation>
    </message>
    <message>
        <source>Try again in a moment.</source>
        <translation>Versuche es gleich noch einmal.</translation>
    </message>
    <message>
        <source>It took too long.</source>
        <translation>Es hat zu lange gedauert.</translation>
    </message>
    <message>
        <source>Nothing was paid or changed.</source>
        <translation>Nichts wurde bezahlt oder geändert.</translation>
    </message>
    <message>
        <source>This is made for another network.</source>
        <translation>Das ist für ein anderes Netz gemacht.</translation>
    </message>
    <message>
        <source>This wallet is on %1.</source>
        <translation>Diese Wallet nutzt %1.</translation>
    </message>
    <message>
        <source>This needs something that Runnel cannot do yet.</source>
        <translation>Dafür ist etwas nötig, was Runnel noch nicht kann.</translation>
    </message>
    <message>
        <source>The channel is not open any more.</source>
        <translation>Der Kanal ist nicht mehr offen.</translation>
    </message>
    <message>
        <source>Channels shows where it stands.</source>
        <translation>Unter „Kanäle“ siehst du, wie es um ihn steht.</translation>
    </message>
    <message>
        <source>The chain source refused the transaction.</source>
        <translation>Die Kettenquelle hat die Transaktion abgelehnt.</translation>
    </message>
    <message>
        <source>Nothing to do: Runnel tries again with each block. The coins stay set aside for it until then.</source>
        <translation>Du musst nichts tun: Runnel versucht es mit jedem Block erneut. Das Geld darin bleibt so lange dafür zurückgelegt.</translation>
    </message>
    <message>
        <source>The disk is nearly full.</source>
        <translation>Der Datenträger ist fast voll.</translation>
    </message>
    <message>
        <source>Nothing new is begun, so that channels can still be closed safely.</source>
        <translation>Nichts Neues wird begonnen, damit Kanäle noch sicher geschlossen werden können.</translation>
    </message>
    <message>
        <source>Make space on the disk, then try again.</source>
        <translation>Schaffe Platz auf dem Datenträger und versuche es dann noch einmal.</translation>
    </message>
    <message>
        <source>Something of the same kind is still under way.</source>
        <translation>Etwas Gleichartiges ist noch im Gang.</translation>
    </message>
    <message>
        <source>Wait for it to end, then try again.</source>
        <translation>Warte, bis es endet, und versuche es dann noch einmal.</translation>
    </message>
    <message>
        <source>Something went wrong inside Runnel.</source>
        <translation>In Runnel ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>This was more than your channels could send.</source>
        <translation>Das war mehr, als deine Kanäle senden konnten.</translation>
    </message>
    <message>
        <source>The fee would have been higher than the limit.</source>
        <translation>Die Gebühr wäre höher gewesen als die Grenze.</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>Versuche es später noch einmal.</translation>
    </message>
    <message>
        <source>The payment did not succeed.</source>
        <translation>Die Zahlung ist nicht gelungen.</translation>
    </message>
    <message>
        <source>This is not the passphrase of this wallet.</source>
        <translation>Das ist nicht die Passphrase dieser Wallet.</translation>
    </message>
    <message>
        <source>Nothing was touched.</source>
        <translation>Es wurde nichts verändert.</translation>
    </message>
    <message>
        <source>This wallet is open already.</source>
        <translation>Diese Wallet ist schon offen.</translation>
    </message>
    <message>
        <source>Only one program at a time can have it open, or coins could be lost.</source>
        <translation>Nur ein Programm zugleich darf sie offen haben, sonst könnte Geld verloren gehen.</translation>
    </message>
    <message>
        <source>Use the other window, or close it first.</source>
        <translation>Benutze das andere Fenster oder schließe es zuerst.</translation>
    </message>
    <message>
        <source>There is a wallet already.</source>
        <translation>Es gibt schon eine Wallet.</translation>
    </message>
    <message>
        <source>It was not touched.</source>
        <translation>Sie wurde nicht verändert.</translation>
    </message>
    <message>
        <source>Open it with its passphrase.</source>
        <translation>Öffne sie mit ihrer Passphrase.</translation>
    </message>
    <message>
        <source>There is no wallet here.</source>
        <translation>Hier ist keine Wallet.</translation>
    </message>
    <message>
        <source>Make a new one, or restore one from its words.</source>
        <translation>Lege eine neue an oder stelle eine aus ihren Wörtern wieder her.</translation>
    </message>
    <message>
        <source>The wallet&apos;s file is damaged.</source>
        <translation>Die Datei der Wallet ist beschädigt.</translation>
    </message>
    <message>
        <source>Nothing was changed. %1</source>
        <translation>Nichts wurde geändert. %1</translation>
    </message>
    <message>
        <source>This wallet was written by a newer Runnel.</source>
        <translation>Diese Wallet wurde von einem neueren Runnel geschrieben.</translation>
    </message>
    <message>
        <source>Use that version, or a later one.</source>
        <translation>Benutze jene Version oder eine spätere.</translation>
    </message>
    <message>
        <source>This wallet belongs to another network.</source>
        <translation>Diese Wallet gehört zu einem anderen Netz.</translation>
    </message>
    <message>
        <source>There is not enough memory to work out the key.</source>
        <translation>Der Arbeitsspeicher reicht nicht, um den Schlüssel zu berechnen.</translation>
    </message>
    <message>
        <source>Close other programs and try again.</source>
        <translation>Schließe andere Programme und versuche es noch einmal.</translation>
    </message>
    <message>
        <source>The disk did not do what it was asked.</source>
        <translation>Der Datenträger hat nicht getan, was er sollte.</translation>
    </message>
    <message>
        <source>Check its free space, and that you may write to the folder.</source>
        <translation>Prüfe seinen freien Platz und ob du in den Ordner schreiben darfst.</translation>
    </message>
    <message>
        <source>The address of the chain source cannot be used.</source>
        <translation>Die Adresse der Kettenquelle ist nicht verwendbar.</translation>
    </message>
    <message>
        <source>The practice network did not start.</source>
        <translation>Das Übungsnetz ist nicht gestartet.</translation>
    </message>
    <message>
        <source>Please report it with the log.</source>
        <translation>Bitte melde es mit dem Protokoll.</translation>
    </message>
    <message>
        <source>Some words are missing.</source>
        <translation>Einige Wörter fehlen.</translation>
    </message>
    <message>
        <source>Word number %1 is not in the list of words.</source>
        <translation>Wort Nummer %1 steht nicht in der Wortliste.</translation>
    </message>
    <message>
        <source>Check its spelling. All words are short English ones.</source>
        <translation>Prüfe die Schreibweise. Es sind lauter kurze englische Wörter.</translation>
    </message>
    <message>
        <source>These words do not fit together.</source>
        <translation>Diese Wörter passen nicht zusammen.</translation>
    </message>
    <message>
        <source>One of them is another word of the list, or two are swapped.</source>
        <translation>Eines davon ist ein anderes Wort der Liste, oder zwei sind vertauscht.</translation>
    </message>
    <message>
        <source>Compare them with what was written down.</source>
        <translation>Vergleiche sie mit dem, was aufgeschrieben wurde.</translation>
    </message>
    <message>
        <source>d MMM</source>
        <comment>a day of the year as a Qt date format</comment>
        <translation>d. MMMM</translation>
    </message>
    <message>
        <source>d MMM yyyy</source>
        <comment>a day with its year as a Qt date format</comment>
        <translation>d. MMMM yyyy</translation>
    </message>
    <message>
        <source>with the next block</source>
        <translation>mit dem nächsten Block</translation>
    </message>
    <message numerus="yes">
        <source>after %n more block(s)</source>
        <translation>
            <numerusform>nach %n weiteren Block</numerusform>
            <numerusform>nach %n weiteren Blöcken</numerusform>
        </translation>
    </message>
    <message>
        <source>within about a minute</source>
        <translation>in etwa einer Minute</translation>
    </message>
    <message numerus="yes">
        <source>within %n minute(s)</source>
        <translation>
            <numerusform>in höchstens %n Minute</numerusform>
            <numerusform>in höchstens %n Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>within %n block(s)</source>
        <translation>
            <numerusform>in höchstens %n Block</numerusform>
            <numerusform>in höchstens %n Blöcken</numerusform>
        </translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>by %1</source>
        <translation>spätestens am %1</translation>
    </message>
    <message>
        <source>today, %1</source>
        <translation>heute, %1</translation>
    </message>
    <message>
        <source>yesterday, %1</source>
        <translation>gestern, %1</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>Practice shop</source>
        <translation>Übungsladen</translation>
    </message>
    <message>
        <source>Practice hub</source>
        <translation>Übungsvermittler</translation>
    </message>
    <message>
        <source>Practice shop, second till</source>
        <translation>Übungsladen, zweite Kasse</translation>
    </message>
    <message>
        <source>It begins with bitcoind:http:// and names a host, a port and the way to a cookie file.</source>
        <translation>Sie beginnt mit bitcoind:http:// und nennt Rechner, Port und den Weg zu einer Cookie-Datei.</translation>
    </message>
    <message>
        <source>The practice network is not there at the moment.</source>
        <translation>Das Übungsnetz ist im Augenblick nicht da.</translation>
    </message>
    <message>
        <source>It starts again by itself; try again in a moment.</source>
        <translation>Es startet von selbst neu; versuche es gleich noch einmal.</translation>
    </message>
    <message>
        <source>Try again after some blocks.</source>
        <translation>Versuche es nach einigen Blöcken noch einmal.</translation>
    </message>
    <message>
        <source>It says “%1” more than once, and only one can be meant.</source>
        <translation>Darin steht „%1“ mehr als einmal, und nur eines kann gemeint sein.</translation>
    </message>
    <message>
        <source>It asks for more than there can be.</source>
        <translation>Er verlangt mehr, als es geben kann.</translation>
    </message>
    <message>
        <source>Its amount cannot be read.</source>
        <translation>Sein Betrag ist nicht lesbar.</translation>
    </message>
    <message>
        <source>It names neither an address nor an invoice to pay.</source>
        <translation>Er nennt weder eine Adresse noch eine Rechnung.</translation>
    </message>
    <message>
        <source>This payment link cannot be used.</source>
        <translation>Dieser Zahlungslink ist nicht brauchbar.</translation>
    </message>
    <message>
        <source>Copy it again from beginning to end, or ask the payee for a new one.</source>
        <translation>Kopiere alles noch einmal von Anfang bis Ende, oder bitte den Empfänger um etwas Neues.</translation>
    </message>
    <message>
        <source>This is no valid bitcoin address.</source>
        <translation>Das ist keine gültige Bitcoin-Adresse.</translation>
    </message>
    <message>
        <source>Its checksum does not fit: a character is wrong or missing.</source>
        <translation>Ihre Prüfsumme passt nicht: Ein Zeichen ist falsch oder fehlt.</translation>
    </message>
    <message>
        <source>It is no complete Lightning invoice, bitcoin address or payment link.</source>
        <translation>Es ist keine vollständige Lightning-Rechnung oder Bitcoin-Adresse und kein Zahlungslink.</translation>
    </message>
    <message>
        <source>It was made for: %1. This wallet is on: %2.</source>
        <translation>Gemacht ist es für: %1. Diese Wallet nutzt: %2.</translation>
    </message>
    <message>
        <source>Ask the payee for one of the right network.</source>
        <translation>Bitte den Empfänger um etwas für das richtige Netz.</translation>
    </message>
    <message numerus="yes">
        <source>Soon (about %n block(s))</source>
        <translation>
            <numerusform>Bald (etwa %n Block)</numerusform>
            <numerusform>Bald (etwa %n Blöcke)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Normal (about %n block(s))</source>
        <translation>
            <numerusform>Normal (etwa %n Block)</numerusform>
            <numerusform>Normal (etwa %n Blöcke)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No hurry (about %n block(s))</source>
        <translation>
            <numerusform>Ohne Eile (etwa %n Block)</numerusform>
            <numerusform>Ohne Eile (etwa %n Blöcke)</numerusform>
        </translation>
    </message>
    <message>
        <source>It waits for its first confirmation, to be expected %1.</source>
        <translation>Die Überweisung wartet auf ihre erste Bestätigung, zu erwarten %1.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet, so that your channels can always be closed in time.</source>
        <translation>%1 bleiben in deiner Wallet, damit deine Kanäle immer rechtzeitig geschlossen werden können.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet, because they are not confirmed yet.</source>
        <translation>%1 bleiben in deiner Wallet, weil sie noch nicht bestätigt sind.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet, because sending them would cost more than they are worth.</source>
        <translation>%1 bleiben in deiner Wallet, weil das Senden mehr kosten würde, als sie wert sind.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet.</source>
        <translation>%1 bleiben in deiner Wallet.</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>%1, of which %2 are kept for closing channels in time</source>
        <translation>%1, davon %2 zurückgelegt, um Kanäle rechtzeitig zu schließen</translation>
    </message>
    <message>
        <source>A channel never came to be.</source>
        <translation>Ein Kanal ist nicht zustande gekommen.</translation>
    </message>
    <message>
        <source>Another transaction spent the coin that was to fund it. What it did not spend is in your wallet again.</source>
        <translation>Eine andere Transaktion hat das Geld ausgegeben, das hineinsollte. Was sie nicht ausgegeben hat, ist wieder in deiner Wallet.</translation>
    </message>
    <message>
        <source>If you did not send it yourself, somebody else may have the words of this wallet.</source>
        <translation>Wenn du sie nicht selbst gesendet hast, kennt vielleicht jemand anderes die Wörter dieser Wallet.</translation>
    </message>
    <message>
        <source>The chain source knows none of the blocks that this wallet remembers.</source>
        <translation>Die Kettenquelle kennt keinen der Blöcke, an die sich diese Wallet erinnert.</translation>
    </message>
    <message>
        <source>It may be on another chain, so nothing is believed of it and nothing new is begun.</source>
        <translation>Vielleicht ist sie auf einer anderen Kette. Deshalb wird ihr nichts geglaubt und nichts Neues begonnen.</translation>
    </message>
    <message>
        <source>Connect to the bitcoind that this wallet was used with. It is tried again by itself.</source>
        <translation>Verbinde dich mit dem bitcoind, mit dem diese Wallet benutzt wurde. Es wird von selbst wieder versucht.</translation>
    </message>
    <message>
        <source>The chain source is behind what the network has.</source>
        <translation>Die Kettenquelle ist hinter dem Netz zurück.</translation>
    </message>
    <message>
        <source>Nothing is added to channels until it has caught up, so that nothing can be missed.</source>
        <translation>In den Kanälen kommt nichts hinzu, bis sie aufgeholt hat, damit nichts verpasst werden kann.</translation>
    </message>
    <message>
        <source>Check that the chain source is connected to the network.</source>
        <translation>Prüfe, ob die Kettenquelle mit dem Netz verbunden ist.</translation>
    </message>
    <message>
        <source>The chain source has deleted blocks that this wallet has not read yet.</source>
        <translation>Die Kettenquelle hat Blöcke gelöscht, die diese Wallet noch nicht gelesen hat.</translation>
    </message>
    <message>
        <source>Use a bitcoind that keeps all blocks. It is tried again by itself.</source>
        <translation>Benutze einen bitcoind, der alle Blöcke behält. Es wird von selbst wieder versucht.</translation>
    </message>
    <message>
        <source>Expired, not paid</source>
        <translation>Abgelaufen, nicht bezahlt</translation>
    </message>
    <message>
        <source>Check that it is running and can be reached.</source>
        <translation>Prüfe, ob sie läuft und erreichbar ist.</translation>
    </message>
    <message>
        <source>Something outside Runnel ended it (signal %1).</source>
        <translation>Etwas außerhalb von Runnel hat es beendet (Signal %1).</translation>
    </message>
    <message>
        <source>It ended with code %1.</source>
        <translation>Es endete mit Code %1.</translation>
    </message>
    <message>
        <source>The practice network cannot be started again.</source>
        <translation>Das Übungsnetz lässt sich nicht wieder starten.</translation>
    </message>
    <message numerus="yes">
        <source>The practice network has ended %n times in a row.</source>
        <translation>
            <numerusform>Das Übungsnetz ist %n-mal hintereinander beendet worden.</numerusform>
            <numerusform>Das Übungsnetz ist %n-mal hintereinander beendet worden.</numerusform>
        </translation>
    </message>
    <message>
        <source>It is started again each time, and nothing is lost. See whether the disk is full, or whether another program ends it; then close Runnel and open it again.</source>
        <translation>Es wird jedes Mal neu gestartet, und nichts ist verloren. Sieh nach, ob der Datenträger voll ist oder ein anderes Programm es beendet; schließe dann Runnel und öffne es neu.</translation>
    </message>
    <message>
        <source>The practice network has ended, and is being started again.</source>
        <translation>Das Übungsnetz ist beendet worden und wird gerade neu gestartet.</translation>
    </message>
    <message>
        <source>Nothing is lost. Wait a moment: a payment that was under way goes on as soon as it runs.</source>
        <translation>Nichts ist verloren. Warte einen Augenblick: Eine laufende Zahlung geht weiter, sobald es wieder läuft.</translation>
    </message>
    <message>
        <source>%1 are the reserve that stays in your channels until they close.</source>
        <translation>%1 sind zurückgelegt und bleiben bis zum Schließen in deinen Kanälen.</translation>
    </message>
    <message>
        <source>%1 are in flight in other payments.</source>
        <translation>%1 sind in anderen Zahlungen unterwegs.</translation>
    </message>
    <message>
        <source>%1 are in channels whose other side is not connected.</source>
        <translation>%1 liegen in Kanälen, deren Gegenseite nicht verbunden ist.</translation>
    </message>
    <message>
        <source>%1 are in channels that are not ready yet.</source>
        <translation>%1 liegen in Kanälen, die noch nicht bereit sind.</translation>
    </message>
    <message>
        <source>%1 stay free for the fees of your channels, or are more than they take at once.</source>
        <translation>%1 bleiben für die Gebühren deiner Kanäle frei oder sind mehr, als sie auf einmal annehmen.</translation>
    </message>
    <message>
        <source>%1 are in channels that do not lead to this payee.</source>
        <translation>%1 liegen in Kanälen, die nicht zu diesem Empfänger führen.</translation>
    </message>
    <message>
        <source>The other side of your channel is not connected.</source>
        <translation>Die Gegenseite deines Kanals ist nicht verbunden.</translation>
    </message>
    <message>
        <source>A payment needs it to be there. What is yours in the channel is safe meanwhile.</source>
        <translation>Für eine Zahlung muss sie da sein. Was dir im Kanal gehört, ist solange sicher.</translation>
    </message>
    <message>
        <source>Wait until it is back: Runnel keeps trying to reach it. If it stays away, close the channel.</source>
        <translation>Warte, bis sie wieder da ist: Runnel versucht es immer wieder. Bleibt sie weg, schließe den Kanal.</translation>
    </message>
    <message>
        <source>Your channel is not ready yet.</source>
        <translation>Dein Kanal ist noch nicht bereit.</translation>
    </message>
    <message>
        <source>Its opening transaction waits for blocks.</source>
        <translation>Seine Öffnungstransaktion wartet auf Blöcke.</translation>
    </message>
    <message>
        <source>Channels says how long it will take. Pay then.</source>
        <translation>Unter „Kanäle“ steht, wie lange es dauert. Zahle dann.</translation>
    </message>
    <message>
        <source>Pay a smaller amount, wait until more is free, or open a larger channel.</source>
        <translation>Zahle einen kleineren Betrag, warte, bis mehr frei ist, oder öffne einen größeren Kanal.</translation>
    </message>
    <message>
        <source>It could be paid until %1. Nothing was paid.</source>
        <translation>Sie konnte bis %1 bezahlt werden. Es wurde nichts bezahlt.</translation>
    </message>
    <message>
        <source>expired</source>
        <translation>abgelaufen</translation>
    </message>
    <message>
        <source>expires in less than a minute</source>
        <translation>läuft in weniger als einer Minute ab</translation>
    </message>
    <message numerus="yes">
        <source>expires in %n minute(s)</source>
        <translation>
            <numerusform>läuft in %n Minute ab</numerusform>
            <numerusform>läuft in %n Minuten ab</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>expires in %n hour(s)</source>
        <translation>
            <numerusform>läuft in %n Stunde ab</numerusform>
            <numerusform>läuft in %n Stunden ab</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>expires in %n day(s)</source>
        <translation>
            <numerusform>läuft in %n Tag ab</numerusform>
            <numerusform>läuft in %n Tagen ab</numerusform>
        </translation>
    </message>
    <message>
        <source>Unpaid</source>
        <translation>Unbezahlt</translation>
    </message>
    <message>
        <source>In the channel with %1</source>
        <translation>Im Kanal mit %1</translation>
    </message>
    <message>
        <source>Ready again once the other side is connected.</source>
        <translation>Wieder bereit, sobald die Gegenseite verbunden ist.</translation>
    </message>
    <message>
        <source>Each side keeps about 1 % in its channel, so that nobody gains by cheating, and some more for fees. What the fees do not take comes back at the close.</source>
        <translation>Jede Seite lässt etwa 1 % in ihrem Kanal, damit niemand durch Betrug gewinnt, und etwas mehr für Gebühren. Was die Gebühren nicht brauchen, kommt beim Schließen zurück.</translation>
    </message>
    <message>
        <source>An older copy of this wallet may have been started.</source>
        <translation>Vielleicht wurde eine ältere Kopie dieser Wallet gestartet.</translation>
    </message>
    <message>
        <source>The channel with %1 never came to be.</source>
        <translation>Der Kanal mit %1 ist nie zustande gekommen.</translation>
    </message>
    <message>
        <source>%1 pays too small a fee for closing your channel at today&apos;s prices.</source>
        <translation>Was %1 für das Schließen deines Kanals zahlt, ist für die heutigen Preise zu wenig.</translation>
    </message>
    <message>
        <source>Wait until it raises the fee, or close the channel by agreement.</source>
        <translation>Warte, bis die Gebühr erhöht wird, oder schließe den Kanal gemeinsam.</translation>
    </message>
    <message>
        <source>Somebody wanted to open a channel to you, and it was declined.</source>
        <translation>Jemand wollte einen Kanal zu dir öffnen, und das wurde abgelehnt.</translation>
    </message>
    <message>
        <source>To be able to close it in time your wallet needs %1 on the chain, and %2 are there.</source>
        <translation>Um ihn rechtzeitig schließen zu können, braucht deine Wallet %1 auf der Kette, und %2 sind da.</translation>
    </message>
    <message>
        <source>Receive coins to an address of this wallet, then let the other side try again.</source>
        <translation>Empfange Geld an einer Adresse dieser Wallet und lass es die Gegenseite dann noch einmal versuchen.</translation>
    </message>
    <message>
        <source>The chain source refuses the transaction that opens a channel.</source>
        <translation>Die Kettenquelle lehnt die Transaktion ab, die einen Kanal öffnet.</translation>
    </message>
    <message>
        <source>It is tried again by itself, and the coins stay yours. If it goes on, look at what the chain source says.</source>
        <translation>Es wird von selbst wieder versucht, und das Geld bleibt deines. Wenn das so bleibt, sieh nach, was die Kettenquelle meldet.</translation>
    </message>
    <message>
        <source>The channel with %1 was not opened.</source>
        <translation>Der Kanal mit %1 wurde nicht geöffnet.</translation>
    </message>
    <message>
        <source>The channel with %1 was not closed.</source>
        <translation>Der Kanal mit %1 wurde nicht geschlossen.</translation>
    </message>
    <message>
        <source>%1, not paid</source>
        <translation>%1, nicht bezahlt</translation>
    </message>
    <message>
        <source>%1, not paid yet</source>
        <translation>%1, noch nicht bezahlt</translation>
    </message>
    <message>
        <source>%1 sat per vbyte</source>
        <translation>%1 sat je vByte</translation>
    </message>
    <message>
        <source>Closing by agreement, as soon as the other side agrees.</source>
        <translation>Wird gemeinsam geschlossen, sobald die Gegenseite zustimmt.</translation>
    </message>
    <message>
        <source>Closing by agreement. The fee is being agreed on with the other side.</source>
        <translation>Wird gemeinsam geschlossen. Die Gebühr wird mit der Gegenseite vereinbart.</translation>
    </message>
    <message>
        <source>Nothing, for nothing comes back to you</source>
        <translation>Nichts, denn es kommt nichts zu dir zurück</translation>
    </message>
    <message>
        <source>Nothing for you: the other side opened the channel and pays the fee</source>
        <translation>Nichts für dich: Die Gegenseite hat den Kanal geöffnet und zahlt die Gebühr</translation>
    </message>
    <message>
        <source>About %1 in fees; more if fees are high then and it has to be sped up</source>
        <translation>Etwa %1 Gebühren; mehr, wenn Gebühren dann hoch sind und es beschleunigt werden muss</translation>
    </message>
    <message>
        <source>About %1 in fees</source>
        <translation>Etwa %1 Gebühren</translation>
    </message>
    <message>
        <source>more than there can be</source>
        <translation>mehr, als es geben kann</translation>
    </message>
    <message numerus="yes">
        <source>It has not answered since block %1, for %n block(s).</source>
        <translation>
            <numerusform>Sie hat seit Block %1 nicht geantwortet, seit %n Block.</numerusform>
            <numerusform>Sie hat seit Block %1 nicht geantwortet, seit %n Blöcken.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It has not answered since about %2 (block %1, for %n block(s)).</source>
        <translation>
            <numerusform>Sie antwortet nicht mehr, etwa seit: %2 (Block %1, seit %n Block).</numerusform>
            <numerusform>Sie antwortet nicht mehr, etwa seit: %2 (Block %1, seit %n Blöcken).</numerusform>
        </translation>
    </message>
    <message>
        <source>You can go on waiting, or close the channel alone.</source>
        <translation>Du kannst weiter warten oder den Kanal allein schließen.</translation>
    </message>
    <message>
        <source>Asking the chain source …</source>
        <translation>Die Kettenquelle wird gefragt …</translation>
    </message>
    <message>
        <source>Look at Channels and Activity for what is there now.</source>
        <translation>Sieh unter „Kanäle“ und „Verlauf“ nach, was jetzt da ist.</translation>
    </message>
    <message>
        <source>Give it to whoever is to pay you.</source>
        <translation>Gib sie dem, der dich bezahlen soll.</translation>
    </message>
    <message>
        <source>Ask for a plain Lightning invoice, or for a bitcoin address.</source>
        <translation>Bitte um eine einfache Lightning-Rechnung oder um eine Bitcoin-Adresse.</translation>
    </message>
    <message>
        <source>Try again, or ask the payee for a new invoice.</source>
        <translation>Versuche es noch einmal, oder bitte den Empfänger um eine neue Rechnung.</translation>
    </message>
    <message>
        <source>This bitcoind is too old for opening channels.</source>
        <translation>Dieser bitcoind ist zu alt, um Kanäle zu öffnen.</translation>
    </message>
    <message>
        <source>It cannot pass on a closing transaction together with one that pays for it, so a channel might not be closed in time when fees are high.</source>
        <translation>Er kann eine Transaktion, die einen Kanal schließt, nicht zusammen mit einer weitergeben, die für sie bezahlt. Bei hohen Gebühren würde ein Kanal vielleicht nicht rechtzeitig geschlossen.</translation>
    </message>
    <message>
        <source>Use bitcoind 28 or newer. Everything else goes on.</source>
        <translation>Benutze bitcoind 28 oder neuer. Alles andere geht weiter.</translation>
    </message>
    <message>
        <source>That is more than there can be.</source>
        <translation>Das ist mehr, als es geben kann.</translation>
    </message>
    <message>
        <source>Enter whole satoshi, for example %1.</source>
        <translation>Gib ganze Satoshi ein, zum Beispiel %1.</translation>
    </message>
    <message>
        <source>Be online %1: a part of it has to be collected by then.</source>
        <translation>Sei %1 online: Bis dahin muss ein Teil davon abgeholt sein.</translation>
    </message>
    <message>
        <source>by you alone, because a payment on its way was not settled in time</source>
        <translation>von dir allein, weil eine laufende Zahlung nicht rechtzeitig abgewickelt wurde</translation>
    </message>
    <message>
        <source>because of an error between the two sides (%1)</source>
        <translation>wegen eines Fehlers zwischen den beiden Seiten (%1)</translation>
    </message>
    <message>
        <source>It is settled on the chain: it comes back or was paid.</source>
        <translation>Sie wird auf der Kette abgewickelt: Sie kommt zurück, oder sie wurde bezahlt.</translation>
    </message>
    <message>
        <source>It arrives or comes back %1. If the other side is gone then, it takes %2 longer.</source>
        <translation>Sie kommt %1 an oder zurück. Ist die Gegenseite dann weg, dauert es %2 länger.</translation>
    </message>
    <message>
        <source>A payment to you through %1</source>
        <translation>Eine Zahlung an dich über %1</translation>
    </message>
    <message>
        <source>It is yours and is being added to your channel. Be online %1.</source>
        <translation>Sie gehört dir und wird deinem Kanal gutgeschrieben. Sei %1 online.</translation>
    </message>
    <message>
        <source>It is yours and is being added to your channel.</source>
        <translation>Sie gehört dir und wird deinem Kanal gutgeschrieben.</translation>
    </message>
    <message>
        <source>The practice shop could not pay it.</source>
        <translation>Der Übungsladen konnte sie nicht bezahlen.</translation>
    </message>
    <message>
        <source>No channel has room for it on its way to you.</source>
        <translation>Auf dem Weg zu dir hat kein Kanal genug Platz dafür.</translation>
    </message>
    <message>
        <source>Make an invoice of no more than can be received now.</source>
        <translation>Erstelle eine Rechnung über höchstens so viel, wie jetzt empfangen werden kann.</translation>
    </message>
    <message>
        <source>Nobody can pay this invoice any more.</source>
        <translation>Diese Rechnung kann niemand mehr bezahlen.</translation>
    </message>
    <message>
        <source>Make another one.</source>
        <translation>Erstelle eine neue.</translation>
    </message>
    <message>
        <source>It is paying it already.</source>
        <translation>Er bezahlt sie bereits.</translation>
    </message>
    <message>
        <source>Your wallet did not take the shop&apos;s channel.</source>
        <translation>Deine Wallet hat den Kanal des Ladens nicht angenommen.</translation>
    </message>
    <message>
        <source>To be able to close a channel in time it needs confirmed coins on the chain, and there are too few.</source>
        <translation>Um einen Kanal rechtzeitig schließen zu können, braucht sie bestätigtes Guthaben auf der Kette, und davon ist zu wenig da.</translation>
    </message>
    <message>
        <source>Get practice coins at Home, wait for a block, then ask the shop again.</source>
        <translation>Hol dir in der Übersicht Übungsgeld, warte auf einen Block, und frag den Laden dann noch einmal.</translation>
    </message>
    <message>
        <source>The practice shop did not open a channel.</source>
        <translation>Der Übungsladen hat keinen Kanal geöffnet.</translation>
    </message>
    <message>
        <source>It has too few coins at the moment.</source>
        <translation>Er hat im Augenblick zu wenig Geld.</translation>
    </message>
    <message>
        <source>Close Runnel and open it again. If that does not help, make a new practice wallet under “Passphrase forgotten, or another wallet”.</source>
        <translation>Schließe Runnel und öffne es neu. Hilft das nicht, lege unter „Passphrase vergessen, oder andere Wallet“ eine neue Übungs-Wallet an.</translation>
    </message>
    <message>
        <source>Its end is missing.</source>
        <translation>Das Ende fehlt.</translation>
    </message>
    <message>
        <source>A character in it does not belong there, or capitals and small letters are mixed.</source>
        <translation>Ein Zeichen darin gehört nicht hinein, oder Groß- und Kleinbuchstaben sind gemischt.</translation>
    </message>
    <message>
        <source>It is not signed by the payee it names.</source>
        <translation>Der Empfänger, der darin steht, hat es nicht unterschrieben.</translation>
    </message>
    <message>
        <source>Some coins stay in the wallet so that channels can be closed in time.</source>
        <translation>Etwas Geld bleibt in der Wallet, damit Kanäle rechtzeitig geschlossen werden können.</translation>
    </message>
    <message>
        <source>The invoice names ways to the payee, but none begins at the other side of a channel of yours.</source>
        <translation>Die Rechnung nennt Wege zum Empfänger, aber keiner beginnt bei der Gegenseite eines deiner Kanäle.</translation>
    </message>
    <message>
        <source>You have no channel with the payee, and the invoice names no way to it.</source>
        <translation>Du hast keinen Kanal mit dem Empfänger, und die Rechnung nennt keinen Weg zu ihm.</translation>
    </message>
    <message>
        <source>Copy it again from beginning to end.</source>
        <translation>Kopiere alles noch einmal von Anfang bis Ende.</translation>
    </message>
    <message>
        <source>The invoice demands feature number %1 of the Lightning protocol.</source>
        <translation>Die Rechnung verlangt die Funktion Nummer %1 des Lightning-Protokolls.</translation>
    </message>
    <message>
        <source>The payment link demands “%1”.</source>
        <translation>Der Zahlungslink verlangt „%1“.</translation>
    </message>
    <message>
        <source>Another amount may do, or a channel with another node.</source>
        <translation>Ein anderer Betrag kann helfen, oder ein Kanal mit einem anderen Knoten.</translation>
    </message>
    <message>
        <source>The other side pays too small a fee for closing this channel at today&apos;s prices.</source>
        <translation>Was die Gegenseite für das Schließen dieses Kanals zahlt, ist für die heutigen Preise zu wenig.</translation>
    </message>
    <message>
        <source>There are no practice coins left at the moment.</source>
        <translation>Im Augenblick ist kein Übungsgeld mehr da.</translation>
    </message>
    <message>
        <source>Part of what it has written is missing. A channel is not closed alone until its other side was connected and has confirmed where it stands: an outdated state could cost everything in it.</source>
        <translation>Ein Teil dessen, was sie geschrieben hat, fehlt. Kein Kanal wird allein geschlossen, bevor seine Gegenseite verbunden war und bestätigt hat, wo er steht: Ein veralteter Stand könnte alles kosten, was darin ist.</translation>
    </message>
    <message>
        <source>Look at Activity for what became of it, and please report it with the log: Settings says where it is.</source>
        <translation>Sieh unter „Verlauf“ nach, was daraus geworden ist, und bitte melde es mit dem Protokoll: Wo es liegt, steht in den Einstellungen.</translation>
    </message>
    <message>
        <source>Try again. Capitals and small letters are not the same.</source>
        <translation>Versuche es noch einmal. Groß- und Kleinschreibung zählt.</translation>
    </message>
    <message>
        <source>Start Runnel for that network.</source>
        <translation>Starte Runnel für jenes Netz.</translation>
    </message>
    <message>
        <source>Close Runnel and open it again. If that does not help, make a new practice wallet under “Passphrase forgotten, or another wallet”: its coins are worth nothing.</source>
        <translation>Schließe Runnel und öffne es neu. Hilft das nicht, lege unter „Passphrase vergessen, oder andere Wallet“ eine neue Übungs-Wallet an: Ihr Geld ist nichts wert.</translation>
    </message>
    <message>
        <source>Please report it with the log, which is here: %1</source>
        <translation>Bitte melde es mit dem Protokoll, das hier liegt: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n block(s)</source>
        <translation>
            <numerusform>%n Block</numerusform>
            <numerusform>%n Blöcke</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s)</source>
        <translation>
            <numerusform>etwa %n Minute</numerusform>
            <numerusform>etwa %n Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s)</source>
        <translation>
            <numerusform>etwa %n Stunde</numerusform>
            <numerusform>etwa %n Stunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n day(s)</source>
        <translation>
            <numerusform>etwa %n Tag</numerusform>
            <numerusform>etwa %n Tage</numerusform>
        </translation>
    </message>
    <message>
        <source>Closing. Nothing is published before the other side has confirmed where the channel stands: this copy of the wallet may be an old one.</source>
        <translation>Wird geschlossen. Nichts wird veröffentlicht, bevor die Gegenseite bestätigt hat, wo der Kanal steht: Diese Kopie der Wallet ist vielleicht veraltet.</translation>
    </message>
    <message>
        <source>This copy of the wallet is an old one.</source>
        <translation>Diese Kopie der Wallet ist veraltet.</translation>
    </message>
    <message>
        <source>The other side has proven that it holds a newer state of this channel. To publish what this copy knows would give it everything in the channel.</source>
        <translation>Die Gegenseite hat bewiesen, dass sie einen neueren Stand dieses Kanals hat. Zu veröffentlichen, was diese Kopie weiß, gäbe ihr alles, was im Kanal ist.</translation>
    </message>
    <message>
        <source>Only the other side can close it now: ask it to. Your share then comes back by itself.</source>
        <translation>Nur die Gegenseite kann ihn jetzt schließen: Bitte sie darum. Dein Anteil kommt dann von selbst zurück.</translation>
    </message>
    <message>
        <source>Leave Runnel open until every other side was connected once. Everything else goes on. A channel whose other side never comes back can be closed alone under Channels, at a risk that is named there.</source>
        <translation>Lass Runnel offen, bis jede Gegenseite einmal verbunden war. Alles andere geht weiter. Ein Kanal, dessen Gegenseite nie zurückkommt, lässt sich unter „Kanäle“ allein schließen, mit einem Risiko, das dort genannt wird.</translation>
    </message>
    <message>
        <source>Its opening transaction has lost its block and waits for another one. You can send %1 and receive %2 when it has one.</source>
        <translation>Seine Öffnungstransaktion hat ihren Block verloren und wartet auf einen anderen. Du kannst %1 senden und %2 empfangen, wenn sie einen hat.</translation>
    </message>
    <message>
        <source>Only the other side can close this channel: it has proven that this copy of the wallet is an old one. Ask it to close. How much comes back to you is known when its transaction is in a block.</source>
        <translation>Nur die Gegenseite kann diesen Kanal schließen: Sie hat bewiesen, dass diese Kopie der Wallet veraltet ist. Bitte sie, ihn zu schließen. Wie viel zu dir zurückkommt, steht fest, wenn ihre Transaktion in einem Block ist.</translation>
    </message>
    <message>
        <source>by the other side alone, because this copy of the wallet is an old one</source>
        <translation>von der Gegenseite allein, weil diese Kopie der Wallet veraltet ist</translation>
    </message>
    <message>
        <source>About %1 in fees, at most %2 by today&apos;s prices</source>
        <translation>Etwa %1 Gebühren, höchstens %2 nach heutigen Preisen</translation>
    </message>
    <message>
        <source>The channel that %1 opened to you is gone.</source>
        <translation>Der Kanal, den %1 zu dir geöffnet hat, ist weg.</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) can be closed by the other side only, because this copy of the wallet is an old one. Ask the other side to close. Channels says which.</source>
        <translation>
            <numerusform>Ein Kanal kann nur von der Gegenseite geschlossen werden, weil diese Kopie der Wallet veraltet ist. Bitte sie, ihn zu schließen. Unter „Kanäle“ steht, welcher es ist.</numerusform>
            <numerusform>%n Kanäle können nur von der Gegenseite geschlossen werden, weil diese Kopie der Wallet veraltet ist. Bitte sie, sie zu schließen. Unter „Kanäle“ steht, welche es sind.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s) cannot be closed together, because the other side does not answer. You can go on waiting, or close alone under Channels.</source>
        <translation>
            <numerusform>Ein Kanal kann nicht gemeinsam geschlossen werden, weil die Gegenseite nicht antwortet. Du kannst weiter warten oder ihn unter „Kanäle“ allein schließen.</numerusform>
            <numerusform>%n Kanäle können nicht gemeinsam geschlossen werden, weil die Gegenseite nicht antwortet. Du kannst weiter warten oder sie unter „Kanäle“ allein schließen.</numerusform>
        </translation>
    </message>
    <message>
        <source>not known yet</source>
        <translation>noch nicht bekannt</translation>
    </message>
    <message numerus="yes">
        <source>The opening transactions of %n channel(s) have lost their blocks and wait for others.</source>
        <translation>
            <numerusform>Die Öffnungstransaktion eines Kanals hat ihren Block verloren und wartet auf einen anderen.</numerusform>
            <numerusform>Bei %n Kanälen hat die Öffnungstransaktion ihren Block verloren und wartet auf einen anderen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Everything is in order. No channel is open.</source>
        <translation>Alles in Ordnung. Kein Kanal ist offen.</translation>
    </message>
    <message>
        <source>Spendable once they are in a block. How soon that is depends on the fee that was paid for them.</source>
        <translation>Ausgeben kannst du es, sobald es in einem Block ist. Wie bald das ist, hängt von der Gebühr ab, die dafür gezahlt wurde.</translation>
    </message>
    <message>
        <source>Ready again once its opening transaction is in a block.</source>
        <translation>Wieder bereit, sobald seine Öffnungstransaktion in einem Block ist.</translation>
    </message>
    <message>
        <source>More than can be sent at once</source>
        <translation>Mehr, als auf einmal gesendet werden kann</translation>
    </message>
    <message>
        <source>A channel takes no more than a certain amount in payments under way. This is yours, too: pay it in several payments, one after the other.</source>
        <translation>Ein Kanal nimmt nur einen bestimmten Betrag an laufenden Zahlungen auf. Auch das hier ist deines: Zahle es in mehreren Zahlungen nacheinander.</translation>
    </message>
    <message>
        <source>Waits until the other side pays a higher fee</source>
        <translation>Wartet, bis die Gegenseite eine höhere Gebühr zahlt</translation>
    </message>
    <message>
        <source>What it pays for closing the channel is too little at today&apos;s prices, so nothing more is sent through it until then. A close by agreement brings it back, too.</source>
        <translation>Was sie für das Schließen des Kanals zahlt, ist für die heutigen Preise zu wenig; bis dahin wird deshalb nichts mehr durch ihn gesendet. Auch gemeinsames Schließen bringt es zurück.</translation>
    </message>
    <message>
        <source>Opening a channel takes about %1 on the chain at least: what the smallest channel holds, what stays in your wallet for closing channels in time, and the fee.</source>
        <translation>Um einen Kanal zu öffnen, brauchst du mindestens etwa %1 auf der Kette: was der kleinste Kanal enthält, was in deiner Wallet bleibt, um Kanäle rechtzeitig zu schließen, und die Gebühr.</translation>
    </message>
    <message>
        <source>You have no open channel. To receive over Lightning, open one first and spend a part of it, or ask somebody to open one to you.</source>
        <translation>Du hast keinen offenen Kanal. Um über Lightning zu empfangen, öffne erst einen und gib einen Teil davon aus, oder bitte jemanden, einen zu dir zu öffnen.</translation>
    </message>
    <message>
        <source>There are not enough coins for a channel yet.</source>
        <translation>Für einen Kanal ist noch nicht genug Geld da.</translation>
    </message>
    <message>
        <source>The smallest channel takes about %1 on the chain: what it holds, %2 that stay in your wallet for closing channels in time, and the fee. %3 are there and confirmed.</source>
        <translation>Der kleinste Kanal braucht etwa %1 auf der Kette: was er enthält, %2, die in deiner Wallet bleiben, um Kanäle rechtzeitig zu schließen, und die Gebühr. Bestätigt vorhanden sind %3.</translation>
    </message>
    <message>
        <source>Receive more coins on the chain first.</source>
        <translation>Empfange erst mehr Geld auf der Kette.</translation>
    </message>
    <message>
        <source>This would leave your channels unguarded until it is in a block.</source>
        <translation>Das ließe deine Kanäle ungesichert, bis es in einem Block ist.</translation>
    </message>
    <message>
        <source>It spends the coins that are kept to close channels in time.</source>
        <translation>Es gibt das Geld aus, mit dem Kanäle rechtzeitig geschlossen werden können.</translation>
    </message>
    <message>
        <source>Choose a faster confirmation.</source>
        <translation>Wähle eine schnellere Bestätigung.</translation>
    </message>
    <message>
        <source>It is %1 now, and you agreed to %2.</source>
        <translation>Sie beträgt jetzt %1, zugestimmt hast du %2.</translation>
    </message>
    <message>
        <source>The fee has changed, and nothing was sent.</source>
        <translation>Die Gebühr hat sich geändert, und es wurde nichts gesendet.</translation>
    </message>
    <message>
        <source>Look at the new fee, then send it again.</source>
        <translation>Sieh dir die neue Gebühr an, dann sende es noch einmal.</translation>
    </message>
    <message>
        <source>The fee has changed, and no channel was opened.</source>
        <translation>Die Gebühr hat sich geändert, und es wurde kein Kanal geöffnet.</translation>
    </message>
    <message>
        <source>Look at the new cost, then open the channel again.</source>
        <translation>Sieh dir die neuen Kosten an, dann öffne den Kanal noch einmal.</translation>
    </message>
    <message>
        <source>The fee has changed, and the channel stays open.</source>
        <translation>Die Gebühr hat sich geändert, und der Kanal bleibt offen.</translation>
    </message>
    <message>
        <source>It may be up to %1 now, and you agreed to %2.</source>
        <translation>Sie kann jetzt bis zu %1 betragen, zugestimmt hast du %2.</translation>
    </message>
    <message>
        <source>Look at the new cost, then close the channel again.</source>
        <translation>Sieh dir die neuen Kosten an, dann schließe den Kanal noch einmal.</translation>
    </message>
    <message>
        <source>It is an LNURL: a link to a service that makes the invoice.</source>
        <translation>Es ist eine LNURL: ein Link zu einem Dienst, der die Rechnung erst ausstellt.</translation>
    </message>
    <message>
        <source>It is a Lightning offer (BOLT 12), from which an invoice would have to be asked for.</source>
        <translation>Es ist ein Lightning-Angebot (BOLT 12), zu dem erst eine Rechnung angefragt werden müsste.</translation>
    </message>
    <message>
        <source>It is a Lightning address: a name at a domain, written like an e-mail address.</source>
        <translation>Es ist eine Lightning-Adresse: ein Name bei einer Domain, geschrieben wie eine E-Mail-Adresse.</translation>
    </message>
    <message>
        <source>The coins that you sent are not on their way yet: the chain source did not accept the transaction.</source>
        <translation>Das Geld, das du gesendet hast, ist noch nicht unterwegs: Die Kettenquelle hat die Transaktion nicht angenommen.</translation>
    </message>
    <message>
        <source>Do not send them again, or both could arrive. Runnel offers the transaction again with each block, and the coins stay set aside for it. If its fee is too low, it goes when fees fall.</source>
        <translation>Sende es nicht noch einmal, sonst könnte beides ankommen. Runnel bietet die Transaktion mit jedem Block wieder an, und das Geld bleibt dafür zurückgelegt. Ist ihre Gebühr zu niedrig, geht sie los, wenn die Gebühren sinken.</translation>
    </message>
    <message>
        <source>Runnel cannot pay this yet.</source>
        <translation>Das kann Runnel noch nicht bezahlen.</translation>
    </message>
    <message>
        <source>The practice network does not answer.</source>
        <translation>Das Übungsnetz antwortet nicht.</translation>
    </message>
    <message>
        <source>It is running, but has not answered in time.</source>
        <translation>Es läuft, hat aber nicht rechtzeitig geantwortet.</translation>
    </message>
    <message>
        <source>Try again in a moment. If it stays so, close Runnel and open it again; nothing is lost by that.</source>
        <translation>Versuche es gleich noch einmal. Wenn das so bleibt, schließe Runnel und öffne es wieder; verloren geht dabei nichts.</translation>
    </message>
    <message>
        <source>A channel that was opened to you is gone.</source>
        <translation>Ein Kanal, der zu dir geöffnet wurde, ist weg.</translation>
    </message>
    <message>
        <source>The payment into it stood in a block that was replaced, and has not come again. There is nothing in the channel: what you received through it is lost.</source>
        <translation>Die Zahlung in ihn stand in einem Block, der ersetzt wurde, und ist nicht wiedergekommen. In dem Kanal ist nichts: Was du über ihn empfangen hast, ist verloren.</translation>
    </message>
    <message>
        <source>There is nothing to do. Whoever opened it may have spent the same coins twice: be careful with another channel of theirs.</source>
        <translation>Du musst nichts tun. Wer ihn geöffnet hat, hat dasselbe Geld vielleicht zweimal ausgegeben: Sei vorsichtig mit einem weiteren Kanal von dort.</translation>
    </message>
    <message>
        <source>The opening of the channel was cancelled.</source>
        <translation>Das Öffnen des Kanals wurde abgebrochen.</translation>
    </message>
    <message>
        <source>Nothing was spent.</source>
        <translation>Es wurde nichts ausgegeben.</translation>
    </message>
    <message>
        <source>If you want the channel after all, open it again.</source>
        <translation>Wenn du den Kanal doch willst, öffne ihn noch einmal.</translation>
    </message>
    <message>
        <source>It waits for its first confirmation. Its fee is low for today, so that may take days.</source>
        <translation>Die Überweisung wartet auf ihre erste Bestätigung. Ihre Gebühr ist für heute niedrig, das kann also Tage dauern.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet, for a channel that is being opened.</source>
        <translation>%1 bleiben in deiner Wallet, für einen Kanal, der gerade geöffnet wird.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet, because they were mined too recently.</source>
        <translation>%1 bleiben in deiner Wallet, weil sie erst vor Kurzem geschürft wurden.</translation>
    </message>
    <message>
        <source>%1 stay in your wallet, because they do not fit into the same transaction. You can send them next.</source>
        <translation>%1 bleiben in deiner Wallet, weil sie nicht mehr in dieselbe Transaktion passen. Du kannst sie als Nächstes senden.</translation>
    </message>
    <message>
        <source>Money in channels needs the wallet&apos;s own files, always the newest ones: keep its folder. Never start an older copy of it, and never the same wallet on two computers: the other side of a channel could then take everything in it.</source>
        <translation>Geld in Kanälen braucht die eigenen Dateien der Wallet, immer die neuesten: Bewahre ihren Ordner auf. Starte nie eine ältere Kopie davon, und nie dieselbe Wallet auf zwei Computern: Die Gegenseite eines Kanals könnte dann alles nehmen, was darin ist.</translation>
    </message>
    <message>
        <source>The chain of the practice network lies on this computer, too: practice coins come back only here, and only as long as the folder of their wallet is kept.</source>
        <translation>Auch die Kette des Übungsnetzes liegt auf diesem Computer: Übungsgeld kommt nur hier zurück, und nur, solange der Ordner seiner Wallet aufbewahrt wird.</translation>
    </message>
    <message>
        <source>Keep its folder as it is. “Passphrase forgotten, or another wallet” makes room for a wallet from the 24 words, which bring back the coins on the chain. Money in channels is not in the words.</source>
        <translation>Lass ihren Ordner, wie er ist. „Passphrase vergessen, oder andere Wallet“ macht Platz für eine Wallet aus den 24 Wörtern, die das Guthaben auf der Kette zurückbringen. Geld in Kanälen steckt nicht in den Wörtern.</translation>
    </message>
    <message>
        <source>It was made for: %1.</source>
        <translation>Sie wurde gemacht für: %1.</translation>
    </message>
    <message>
        <source>Enter every word that was written down. A wallet made by Runnel has 24.</source>
        <translation>Gib alle Wörter ein, die aufgeschrieben wurden. Eine Wallet von Runnel hat 24.</translation>
    </message>
    <message>
        <source>at a time that depends on fees</source>
        <translation>zu einer Zeit, die von den Gebühren abhängt</translation>
    </message>
    <message>
        <source>This copy of the wallet is an old one for your channel with %1.</source>
        <translation>Diese Kopie der Wallet ist für deinen Kanal mit %1 veraltet.</translation>
    </message>
    <message>
        <source>Ask the payee for a Lightning invoice, or for a bitcoin address.</source>
        <translation>Bitte den Empfänger um eine Lightning-Rechnung oder um eine Bitcoin-Adresse.</translation>
    </message>
    <message>
        <source>What you sent will not arrive.</source>
        <translation>Was du gesendet hast, kommt nicht an.</translation>
    </message>
    <message>
        <source>Look at Activity for what was sent instead, before you send again.</source>
        <translation>Sieh unter „Verlauf“ nach, was stattdessen gesendet wurde, bevor du noch einmal sendest.</translation>
    </message>
    <message>
        <source>today, probably by %1</source>
        <translation>heute, wahrscheinlich spätestens um %1</translation>
    </message>
    <message>
        <source>probably by %1</source>
        <translation>wahrscheinlich spätestens am %1</translation>
    </message>
    <message>
        <source>Its coins were spent by another transaction, which is in a block: another copy of this wallet may have sent it.</source>
        <translation>Sein Geld hat eine andere Transaktion ausgegeben, die schon in einem Block ist: Vielleicht hat eine andere Kopie dieser Wallet sie gesendet.</translation>
    </message>
    <message>
        <source>Opening a channel</source>
        <translation>Kanal wird geöffnet</translation>
    </message>
    <message>
        <source>Closing a channel</source>
        <translation>Kanal wird geschlossen</translation>
    </message>
    <message>
        <source>The amount has to be more than 0.</source>
        <translation>Der Betrag muss größer als 0 sein.</translation>
    </message>
    <message>
        <source>You can send %1 and receive %2 then.</source>
        <translation>Dann kannst du %1 senden und %2 empfangen.</translation>
    </message>
    <message>
        <source>Nothing is sent or received before the chain source answers again.</source>
        <translation>Bis die Kettenquelle wieder antwortet, wird nichts gesendet oder empfangen.</translation>
    </message>
    <message>
        <source>Nothing is sent or received before the wallet has caught up with the chain.</source>
        <translation>Bis die Wallet auf dem Stand der Kette ist, wird nichts gesendet oder empfangen.</translation>
    </message>
    <message>
        <source>The chain source does not answer. Nothing is sent or received before it does; opening and closing wait, too.</source>
        <translation>Die Kettenquelle antwortet nicht. Bis sie es tut, wird nichts gesendet oder empfangen; auch Öffnen und Schließen warten.</translation>
    </message>
    <message>
        <source>Then you can receive up to %1. That is what the other sides of your channels hold, less what they must keep.</source>
        <translation>Dann kannst du bis zu %1 empfangen. So viel haben die Gegenseiten in deinen Kanälen, abzüglich dessen, was sie behalten müssen.</translation>
    </message>
    <message>
        <source>The chain source does not accept the transaction that closes a channel.</source>
        <translation>Die Kettenquelle nimmt die Transaktion nicht an, die einen Kanal schließt.</translation>
    </message>
    <message>
        <source>Nothing to do: Runnel offers it again with each block, and it goes when fees fall.</source>
        <translation>Es ist nichts zu tun: Runnel bietet sie mit jedem Block erneut an, und sie geht durch, wenn die Gebühren sinken.</translation>
    </message>
    <message>
        <source>It was sent on the chain (%1), and a block holds it. To pay it over Lightning as well would be to pay it twice.</source>
        <translation>Es wurde auf der Kette gesendet (%1) und steht in einem Block. Es auch noch über Lightning zu bezahlen, hieße, es zweimal zu bezahlen.</translation>
    </message>
    <message>
        <source>It was sent on the chain (%1) and waits for a block. To pay it over Lightning as well would be to pay it twice.</source>
        <translation>Es wurde auf der Kette gesendet (%1) und wartet auf einen Block. Es auch noch über Lightning zu bezahlen, hieße, es zweimal zu bezahlen.</translation>
    </message>
    <message>
        <source>You have already sent %1 for this.</source>
        <translation>Dafür hast du schon %1 gesendet.</translation>
    </message>
    <message>
        <source>If you want to pay for something else, ask the payee for a new invoice.</source>
        <translation>Willst du etwas anderes bezahlen, bitte den Empfänger um eine neue Rechnung.</translation>
    </message>
    <message>
        <source>%1 %2</source>
        <comment>a weekday and a time of day</comment>
        <translation>%1 um %2</translation>
    </message>
    <message>
        <source>by %1 today</source>
        <translation>heute spätestens um %1</translation>
    </message>
    <message>
        <source>Runnel offers it again with each block, and it goes when fees fall. Whoever knows the terminal can speed it up: runnel-cli bump, with the closing transaction from the channel&apos;s details under Channels.</source>
        <translation>Runnel bietet sie mit jedem Block erneut an, und sie geht durch, wenn die Gebühren sinken. Wer sich mit dem Terminal auskennt, kann sie beschleunigen: runnel-cli bump, mit der Schließungstransaktion aus den Einzelheiten des Kanals unter „Kanäle“.</translation>
    </message>
    <message>
        <source>Closing, once its opening transaction is in a block.</source>
        <translation>Wird geschlossen, sobald seine Öffnungstransaktion in einem Block ist.</translation>
    </message>
    <message>
        <source>Closing. Nothing in it is yours.</source>
        <translation>Wird geschlossen. Nichts darin gehört dir.</translation>
    </message>
    <message>
        <source>Nothing is sent or received before there is more room on the disk.</source>
        <translation>Bis auf dem Datenträger mehr Platz ist, wird nichts gesendet oder empfangen.</translation>
    </message>
    <message>
        <source>You have no open channel. To receive over Lightning, open one first and spend a part of it.</source>
        <translation>Du hast keinen offenen Kanal. Um über Lightning zu empfangen, öffne erst einen und gib einen Teil davon aus.</translation>
    </message>
    <message>
        <source>The transaction pays the estimate for the next blocks already, or more.</source>
        <translation>Die Transaktion zahlt schon, was für die nächsten Blöcke geschätzt wird, oder mehr.</translation>
    </message>
    <message>
        <source>Wait until a block holds it.</source>
        <translation>Warte, bis ein Block sie enthält.</translation>
    </message>
    <message>
        <source>Wait until it connects: Runnel does not know where to reach it. If it stays away, close the channel.</source>
        <translation>Warte, bis sie sich verbindet: Runnel weiß nicht, wo sie zu erreichen ist. Bleibt sie weg, schließe den Kanal.</translation>
    </message>
    <message>
        <source>Closing. What was yours in it, %1, is too little for an output on the chain and goes to its fee.</source>
        <translation>Wird geschlossen. Was darin dir gehörte, %1, ist für einen eigenen Ausgang auf der Kette zu wenig und geht in ihre Gebühr.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ActivityPage</name>
    <message>
        <source>Activity</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Search in all activity</source>
        <translation>Im ganzen Verlauf suchen</translation>
    </message>
    <message>
        <source>Activity, newest first</source>
        <translation>Verlauf, das Neueste zuerst</translation>
    </message>
    <message>
        <source>Reading your activity …</source>
        <translation>Dein Verlauf wird gelesen …</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>No payment and no transaction holds all of these words.</source>
        <translation>Keine Zahlung und keine Transaktion enthält alle diese Wörter.</translation>
    </message>
    <message>
        <source>&amp;Clear the search</source>
        <translation>Suche &amp;leeren</translation>
    </message>
    <message>
        <source>Nothing has moved yet</source>
        <translation>Noch hat sich nichts bewegt</translation>
    </message>
    <message>
        <source>Payments and transactions appear here, the newest first.</source>
        <translation>Hier erscheinen Zahlungen und Transaktionen, die neuesten zuerst.</translation>
    </message>
    <message>
        <source>A description, an amount, a payment hash …</source>
        <translation>Eine Beschreibung, ein Betrag, ein Zahlungs-Hash …</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Searching all of your activity …</source>
        <translation>Dein ganzer Verlauf wird durchsucht …</translation>
    </message>
</context>
<context>
    <name>runnel::ui::AmountEdit</name>
    <message>
        <source>Amount in sat</source>
        <translation>Betrag in sat</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ChannelBar</name>
    <message>
        <source>Yours, kept back</source>
        <translation>Deins, zurückgehalten</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>Deins</translation>
    </message>
    <message>
        <source>On its way out</source>
        <translation>Geht gerade hinaus</translation>
    </message>
    <message>
        <source>On its way in</source>
        <translation>Kommt gerade herein</translation>
    </message>
    <message>
        <source>Theirs</source>
        <translation>Gegenseite</translation>
    </message>
    <message>
        <source>Theirs, kept back</source>
        <translation>Gegenseite, zurückgehalten</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ChannelCard</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Close the channel</source>
        <translation>Kanal schließen</translation>
    </message>
    <message>
        <source>Details of the channel with %1</source>
        <translation>Einzelheiten des Kanals mit %1</translation>
    </message>
    <message>
        <source>Close the channel with %1</source>
        <translation>Kanal mit %1 schließen</translation>
    </message>
    <message>
        <source>Close it alone</source>
        <translation>Allein schließen</translation>
    </message>
    <message>
        <source>Close the channel with %1 alone</source>
        <translation>Den Kanal mit %1 allein schließen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ChannelDetails</name>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Details of the channel</source>
        <translation>Einzelheiten des Kanals</translation>
    </message>
    <message>
        <source>Payments on their way</source>
        <translation>Zahlungen unterwegs</translation>
    </message>
    <message>
        <source>This channel is not there any more.</source>
        <translation>Diesen Kanal gibt es nicht mehr.</translation>
    </message>
    <message>
        <source>With</source>
        <translation>Mit</translation>
    </message>
    <message>
        <source>Holds</source>
        <translation>Fasst</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>Deins</translation>
    </message>
    <message>
        <source>Theirs</source>
        <translation>Gegenseite</translation>
    </message>
    <message>
        <source>You can send</source>
        <translation>Du kannst senden</translation>
    </message>
    <message>
        <source>You can receive</source>
        <translation>Du kannst empfangen</translation>
    </message>
    <message>
        <source>You keep back</source>
        <translation>Du hältst zurück</translation>
    </message>
    <message>
        <source>They keep back</source>
        <translation>Die Gegenseite hält zurück</translation>
    </message>
    <message>
        <source>Opened by</source>
        <translation>Geöffnet von</translation>
    </message>
    <message>
        <source>you</source>
        <translation>dir</translation>
    </message>
    <message>
        <source>the other side</source>
        <translation>der Gegenseite</translation>
    </message>
    <message>
        <source>Confirmations</source>
        <translation>Bestätigungen</translation>
    </message>
    <message>
        <source>Closing alone</source>
        <translation>Allein schließen</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>Geschlossen</translation>
    </message>
    <message>
        <source>Key of the other side</source>
        <translation>Schlüssel der Gegenseite</translation>
    </message>
    <message>
        <source>Opening transaction</source>
        <translation>Öffnungstransaktion</translation>
    </message>
    <message>
        <source>Closing transaction</source>
        <translation>Schließungstransaktion</translation>
    </message>
    <message>
        <source>%1. %2</source>
        <translation>%1. %2</translation>
    </message>
    <message>
        <source>Out</source>
        <translation>Ausgehend</translation>
    </message>
    <message>
        <source>In</source>
        <translation>Eingehend</translation>
    </message>
    <message>
        <source>%1, %2, ends %3 (block %4)</source>
        <translation>%1, %2, endet %3 (Block %4)</translation>
    </message>
    <message>
        <source>Fee rate of closing alone</source>
        <translation>Gebührensatz, wenn du allein schließt</translation>
    </message>
    <message>
        <source>not known before it is closed</source>
        <translation>erst bekannt, wenn er geschlossen ist</translation>
    </message>
    <message>
        <source>More than they take at once</source>
        <translation>Mehr, als die Gegenseite auf einmal annimmt</translation>
    </message>
    <message>
        <source>Waits for a higher fee of theirs</source>
        <translation>Wartet auf eine höhere Gebühr der Gegenseite</translation>
    </message>
    <message>
        <source>Your coins then come back, %1.</source>
        <translation>Dein Geld kommt dann zurück, und zwar %1.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ChannelsPage</name>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>&amp;Open a channel</source>
        <translation>Kanal &amp;öffnen</translation>
    </message>
    <message>
        <source>No channel yet</source>
        <translation>Noch kein Kanal</translation>
    </message>
    <message>
        <source>A channel is an account shared with one other side: you put coins in once, then pay and are paid in moments.</source>
        <translation>Ein Kanal ist ein Konto, das du mit einer Gegenseite teilst: Du legst einmal Geld hinein; danach zahlst du und wirst bezahlt, jeweils in einem Augenblick.</translation>
    </message>
    <message>
        <source>Open your &amp;first channel</source>
        <translation>Den &amp;ersten Kanal öffnen</translation>
    </message>
    <message>
        <source>A channel from the other side</source>
        <translation>Ein Kanal von der Gegenseite</translation>
    </message>
    <message>
        <source>The practice shop can open one to you as well. It holds the shop&apos;s coins, so you can receive at once.</source>
        <translation>Auch der Übungsladen kann einen zu dir öffnen. Darin liegt sein Geld, also kannst du sofort empfangen.</translation>
    </message>
    <message>
        <source>&amp;Let the shop open one</source>
        <translation>Den &amp;Laden einen öffnen lassen</translation>
    </message>
    <message>
        <source>The shop is opening a channel of %1 to you.</source>
        <translation>Der Laden öffnet einen Kanal über %1 zu dir.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::CloseChannelDialog</name>
    <message>
        <source>Close the channel with %1</source>
        <translation>Kanal mit %1 schließen</translation>
    </message>
    <message>
        <source>&amp;Together with the other side</source>
        <translation>&amp;Gemeinsam mit der Gegenseite</translation>
    </message>
    <message>
        <source>A&amp;lone</source>
        <translation>&amp;Allein</translation>
    </message>
    <message>
        <source>&amp;Keep it open</source>
        <translation>O&amp;ffen lassen</translation>
    </message>
    <message>
        <source>&amp;Close the channel</source>
        <translation>Kanal &amp;schließen</translation>
    </message>
    <message>
        <source>Comes back</source>
        <translation>Kommt zurück</translation>
    </message>
    <message>
        <source>Is being worked out …</source>
        <translation>Wird berechnet …</translation>
    </message>
    <message>
        <source>For when the other side is gone or does not answer. It costs more and takes longer, because your coins wait until nobody can object.</source>
        <translation>Für den Fall, dass die Gegenseite verschwunden ist oder nicht antwortet. Es kostet mehr und dauert länger, weil dein Geld wartet, bis niemand mehr Einspruch erheben kann.</translation>
    </message>
    <message>
        <source>The quick and cheap way. Both sides agree on the fee, and no new payments are taken meanwhile.</source>
        <translation>Der schnelle und günstige Weg. Beide Seiten einigen sich auf die Gebühr; neue Zahlungen werden inzwischen nicht angenommen.</translation>
    </message>
    <message>
        <source>Close it al&amp;one</source>
        <translation>Allein &amp;schließen</translation>
    </message>
    <message>
        <source>About %1</source>
        <translation>Etwa %1</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Wartezeit</translation>
    </message>
    <message>
        <source>Until the other side is back: it is not connected now</source>
        <translation>Bis die Gegenseite zurück ist: Sie ist gerade nicht verbunden</translation>
    </message>
    <message>
        <source>In your wallet %1</source>
        <translation>In deiner Wallet %1</translation>
    </message>
    <message>
        <source>On its way</source>
        <translation>Unterwegs</translation>
    </message>
    <message>
        <source>Risk</source>
        <translation>Risiko</translation>
    </message>
    <message>
        <source>It cannot be taken back. Be online now and then until your coins are back, so that Runnel can collect them.</source>
        <translation>Es lässt sich nicht zurücknehmen. Sei ab und zu online, bis dein Geld zurück ist, damit Runnel es einsammeln kann.</translation>
    </message>
    <message>
        <source>It cannot be taken back once the other side has agreed.</source>
        <translation>Es lässt sich nicht zurücknehmen, sobald die Gegenseite zugestimmt hat.</translation>
    </message>
    <message>
        <source>Closing …</source>
        <translation>Wird geschlossen …</translation>
    </message>
    <message>
        <source>The channel is being closed.</source>
        <translation>Der Kanal wird geschlossen.</translation>
    </message>
    <message>
        <source>&amp;Keep waiting</source>
        <translation>&amp;Weiter warten</translation>
    </message>
    <message>
        <source>The other side has not signed yet, so nothing has left your wallet. Cancelled now, the channel never was.</source>
        <translation>Die Gegenseite hat noch nicht unterschrieben, also hat nichts deine Wallet verlassen. Wird jetzt abgebrochen, hat es den Kanal nie gegeben.</translation>
    </message>
    <message>
        <source>&amp;Cancel the opening</source>
        <translation>Öffnen &amp;abbrechen</translation>
    </message>
    <message>
        <source>%1, at once and for nothing</source>
        <translation>%1, sofort und ohne Kosten</translation>
    </message>
    <message>
        <source>The opening is cancelled.</source>
        <translation>Das Öffnen ist abgebrochen.</translation>
    </message>
    <message>
        <source>It goes on when you put this away. Channels shows how, and if it is refused you are told on every page.</source>
        <translation>Es geht weiter, auch wenn du das hier ausblendest. Unter „Kanäle“ siehst du, wie; wird es abgelehnt, steht das auf jeder Seite.</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>A&amp;usblenden</translation>
    </message>
    <message>
        <source>&amp;Go on waiting</source>
        <translation>&amp;Weiter warten</translation>
    </message>
    <message>
        <source>Closing it alone needs no answer. It costs more and takes longer, because your coins wait until nobody can object.</source>
        <translation>Allein zu schließen braucht keine Antwort. Es kostet mehr und dauert länger, weil dein Geld wartet, bis niemand mehr widersprechen kann.</translation>
    </message>
    <message>
        <source>The channel has moved on in the meantime.</source>
        <translation>Der Kanal ist inzwischen weiter.</translation>
    </message>
    <message>
        <source>Look at it under Channels, then choose again.</source>
        <translation>Sieh ihn unter „Kanäle“ an, und wähle dann neu.</translation>
    </message>
    <message>
        <source>Payments under way (%1 of yours) are settled first, %2; longer if the other side is gone then</source>
        <translation>Laufende Zahlungen (%1 von dir) werden zuerst abgewickelt, %2; länger, wenn die Gegenseite dann weg ist</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>It cannot be taken back, and this copy of the wallet may be an old one: then the other side can take everything in the channel.</source>
        <translation>Es lässt sich nicht zurücknehmen, und diese Kopie der Wallet ist vielleicht veraltet: Dann kann die Gegenseite alles nehmen, was im Kanal ist.</translation>
    </message>
    <message>
        <source>This may cost you everything in the channel.</source>
        <translation>Das kann dich alles kosten, was im Kanal ist.</translation>
    </message>
    <message>
        <source>An older copy of this wallet may have been started. If the other side holds a newer state of the channel, it can take all of it as soon as you close it alone.</source>
        <translation>Vielleicht wurde eine ältere Kopie dieser Wallet gestartet. Hat die Gegenseite einen neueren Stand des Kanals, kann sie alles nehmen, sobald du ihn allein schließt.</translation>
    </message>
    <message>
        <source>Wait until the other side was connected once, if there is any hope of that.</source>
        <translation>Warte, bis die Gegenseite einmal verbunden war, wenn es darauf Hoffnung gibt.</translation>
    </message>
    <message>
        <source>Close it and &amp;risk everything in it</source>
        <translation>Schließen und alles da&amp;rin riskieren</translation>
    </message>
    <message>
        <source>If it never comes back, you can close the channel alone all the same.</source>
        <translation>Kommt die Gegenseite nie zurück, kannst du den Kanal trotzdem allein schließen.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ConfirmSend</name>
    <message>
        <source>Send %1?</source>
        <translation>%1 senden?</translation>
    </message>
    <message>
        <source>Compare the address with the one you were given. What has left on the chain cannot be taken back.</source>
        <translation>Vergleiche die Adresse mit der, die dir genannt wurde. Was auf der Kette gesendet ist, lässt sich nicht zurückholen.</translation>
    </message>
    <message>
        <source>To this address</source>
        <translation>An diese Adresse</translation>
    </message>
    <message>
        <source>Arrives</source>
        <translation>Kommt an</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>Gebühr</translation>
    </message>
    <message>
        <source>Leaves your wallet</source>
        <translation>Verlässt deine Wallet</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Send now</source>
        <translation>Jetzt &amp;senden</translation>
    </message>
    <message>
        <source>First confirmation</source>
        <translation>Erste Bestätigung</translation>
    </message>
</context>
<context>
    <name>runnel::ui::CopyField</name>
    <message>
        <source>Copy: %1</source>
        <translation>Kopieren: %1</translation>
    </message>
</context>
<context>
    <name>runnel::ui::EntryDetails</name>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>Betrag</translation>
    </message>
    <message>
        <source>To</source>
        <translation>An</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>Gebühr</translation>
    </message>
    <message>
        <source>Time taken</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>Teile</translation>
    </message>
    <message>
        <source>Begun</source>
        <translation>Begonnen</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>Beendet</translation>
    </message>
    <message>
        <source>Payment hash</source>
        <translation>Zahlungs-Hash</translation>
    </message>
    <message>
        <source>Proof of payment</source>
        <translation>Zahlungsnachweis</translation>
    </message>
    <message>
        <source>Key of the payee</source>
        <translation>Schlüssel des Empfängers</translation>
    </message>
    <message>
        <source>Invoice</source>
        <translation>Rechnung</translation>
    </message>
    <message>
        <source>Changed your coins by</source>
        <translation>Änderte dein Guthaben um</translation>
    </message>
    <message>
        <source>First seen</source>
        <translation>Zuerst gesehen</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>none yet; expected %1</source>
        <translation>noch keiner; erwartet %1</translation>
    </message>
    <message>
        <source>Transaction</source>
        <translation>Transaktion</translation>
    </message>
    <message>
        <source>Expires</source>
        <translation>Gilt bis</translation>
    </message>
    <message>
        <source>none yet; its fee is low for today, so it may take days</source>
        <translation>noch keiner; die Gebühr ist für heute niedrig, es kann Tage dauern</translation>
    </message>
    <message>
        <source>none yet; how soon depends on a fee that is not known here</source>
        <translation>noch keiner; wie bald, hängt von einer Gebühr ab, die hier nicht bekannt ist</translation>
    </message>
    <message>
        <source>This transaction is not there any more, and moves none of your coins. Another one may have taken its place.</source>
        <translation>Diese Transaktion gibt es nicht mehr, und sie bewegt nichts von deinem Geld. Vielleicht ist eine andere an ihre Stelle getreten.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::HomePage</name>
    <message>
        <source>Home</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>On its way, or kept back</source>
        <translation>Unterwegs oder zurückgehalten</translation>
    </message>
    <message>
        <source>Recently</source>
        <translation>Zuletzt</translation>
    </message>
    <message>
        <source>Show &amp;all</source>
        <translation>&amp;Alles zeigen</translation>
    </message>
    <message>
        <source>Ready to spend</source>
        <translation>Bereit zum Ausgeben</translation>
    </message>
    <message>
        <source>&amp;Pay</source>
        <translation>&amp;Bezahlen</translation>
    </message>
    <message>
        <source>&amp;Receive</source>
        <translation>&amp;Empfangen</translation>
    </message>
    <message>
        <source>Coins on the chain</source>
        <translation>Guthaben auf der Kette</translation>
    </message>
    <message>
        <source>Can be received</source>
        <translation>Du kannst empfangen</translation>
    </message>
    <message>
        <source>Practice network</source>
        <translation>Übungsnetz</translation>
    </message>
    <message>
        <source>Everything works as on the real network, only that these coins are worth nothing and the network lives on this computer. A block comes by itself now and then, or at a click.</source>
        <translation>Alles geht wie im echten Netz, nur ist dieses Geld nichts wert und das Netz läuft auf diesem Computer. Ab und zu kommt von selbst ein Block, oder auf einen Klick.</translation>
    </message>
    <message>
        <source>Get practice &amp;coins</source>
        <translation>Übungs&amp;geld holen</translation>
    </message>
    <message>
        <source>Make a &amp;block now</source>
        <translation>Jetzt einen Bloc&amp;k machen</translation>
    </message>
    <message>
        <source>%1 are on their way to you.</source>
        <translation>%1 sind unterwegs zu dir.</translation>
    </message>
    <message>
        <source>Block %1 was made.</source>
        <translation>Block %1 wurde gemacht.</translation>
    </message>
    <message>
        <source>Open your first channel</source>
        <translation>Öffne deinen ersten Kanal</translation>
    </message>
    <message>
        <source>A channel is what payments travel through: it takes a few blocks to open, then paying takes a moment.</source>
        <translation>Durch einen Kanal laufen die Zahlungen: Das Öffnen dauert ein paar Blöcke, das Bezahlen dann einen Augenblick.</translation>
    </message>
    <message>
        <source>&amp;Open a channel</source>
        <translation>Kanal &amp;öffnen</translation>
    </message>
    <message>
        <source>Your first coins are on their way</source>
        <translation>Dein erstes Geld ist unterwegs</translation>
    </message>
    <message>
        <source>Begin with some practice coins</source>
        <translation>Beginne mit etwas Übungsgeld</translation>
    </message>
    <message>
        <source>They are worth nothing, so you can try everything with them.</source>
        <translation>Es ist nichts wert, also kannst du damit alles ausprobieren.</translation>
    </message>
    <message>
        <source>Begin with some coins</source>
        <translation>Beginne mit etwas Guthaben</translation>
    </message>
    <message>
        <source>Receive coins to an address of this wallet. Then you can open a channel with them.</source>
        <translation>Empfange Geld auf eine Adresse dieser Wallet. Damit kannst du dann einen Kanal öffnen.</translation>
    </message>
    <message>
        <source>Get practice coins</source>
        <translation>Übungsgeld holen</translation>
    </message>
    <message>
        <source>Show an a&amp;ddress</source>
        <translation>Eine A&amp;dresse zeigen</translation>
    </message>
    <message>
        <source>Open a channel</source>
        <translation>Kanal öffnen</translation>
    </message>
    <message>
        <source>Coins are on their way</source>
        <translation>Geld ist unterwegs</translation>
    </message>
    <message>
        <source>Once they are in a block you can open a channel with them.</source>
        <translation>Sobald es in einem Block ist, kannst du damit einen Kanal öffnen.</translation>
    </message>
    <message>
        <source>Not enough for a channel yet</source>
        <translation>Für einen Kanal reicht es noch nicht</translation>
    </message>
    <message>
        <source>You have %1.</source>
        <translation>Du hast %1.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::InvoicePreview</name>
    <message>
        <source>No fee: the payee is at the other end of your channel</source>
        <translation>Keine Gebühr: Der Empfänger sitzt am anderen Ende deines Kanals</translation>
    </message>
    <message>
        <source>%1, never more than %2</source>
        <translation>%1, nie mehr als %2</translation>
    </message>
    <message>
        <source>Never more than %1</source>
        <translation>Nie mehr als %1</translation>
    </message>
    <message>
        <source>Amount to pay</source>
        <translation>Zu zahlender Betrag</translation>
    </message>
    <message>
        <source>&amp;Amount to pay</source>
        <translation>Zu zahlender &amp;Betrag</translation>
    </message>
    <message>
        <source>&amp;Pay now</source>
        <translation>Jetzt be&amp;zahlen</translation>
    </message>
    <message>
        <source>Pay on the &amp;chain instead</source>
        <translation>Lieber auf der &amp;Kette zahlen</translation>
    </message>
    <message>
        <source>This can be paid in two ways. Over Lightning it arrives at once; on the chain it waits for a block and costs a transaction&apos;s fee.</source>
        <translation>Das lässt sich auf zwei Wegen bezahlen. Über Lightning kommt es sofort an; auf der Kette wartet es auf einen Block und kostet die Gebühr einer Transaktion.</translation>
    </message>
    <message>
        <source>You pay</source>
        <translation>Du zahlst</translation>
    </message>
    <message>
        <source>You can send up to %1 now.</source>
        <translation>Du kannst jetzt bis zu %1 senden.</translation>
    </message>
    <message>
        <source>To</source>
        <translation>An</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Expires</source>
        <translation>Gilt bis</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>Gebühr</translation>
    </message>
    <message>
        <source>&amp;Pay %1</source>
        <translation>%1 be&amp;zahlen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::LeaveSheet</name>
    <message>
        <source>Something is still on its way</source>
        <translation>Etwas ist noch unterwegs</translation>
    </message>
    <message>
        <source>Be online %1: a payment ends then, or coins have to be collected.</source>
        <translation>Sei %1 online: Dann endet eine Zahlung, oder Geld muss abgeholt werden.</translation>
    </message>
    <message>
        <source>Runnel does that only while it is open. If you come back later, a channel may have to be closed, and the other side may take what was not collected.</source>
        <translation>Das tut Runnel nur, solange es offen ist. Kommst du später zurück, muss vielleicht ein Kanal geschlossen werden, und die Gegenseite kann sich nehmen, was nicht abgeholt wurde.</translation>
    </message>
    <message>
        <source>&amp;Keep it open</source>
        <translation>O&amp;ffen lassen</translation>
    </message>
    <message>
        <source>&amp;Close anyway</source>
        <translation>&amp;Trotzdem schließen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::NoticeBoard</name>
    <message>
        <source>What needs your attention</source>
        <translation>Was deine Aufmerksamkeit braucht</translation>
    </message>
    <message>
        <source>Got it</source>
        <translation>Verstanden</translation>
    </message>
    <message>
        <source>Got it: %1</source>
        <translation>Verstanden: %1</translation>
    </message>
</context>
<context>
    <name>runnel::ui::OpenChannelDialog</name>
    <message>
        <source>Open a channel</source>
        <translation>Kanal öffnen</translation>
    </message>
    <message>
        <source>You put coins into an account shared with one other side. From then on you pay from it in moments, to anybody it leads to.</source>
        <translation>Du legst Geld in ein Konto, das du mit einer Gegenseite teilst. Von da an zahlst du daraus, jeweils in einem Augenblick, an alle, zu denen es führt.</translation>
    </message>
    <message>
        <source>The other side</source>
        <translation>Die Gegenseite</translation>
    </message>
    <message>
        <source>With &amp;whom</source>
        <translation>Mit &amp;wem</translation>
    </message>
    <message>
        <source>Address of the other side</source>
        <translation>Adresse der Gegenseite</translation>
    </message>
    <message>
        <source>A&amp;ddress</source>
        <translation>A&amp;dresse</translation>
    </message>
    <message>
        <source>Its key, then @, its host and port.</source>
        <translation>Ihr Schlüssel, dann @, ihr Rechnername und Port.</translation>
    </message>
    <message>
        <source>Amount of the channel</source>
        <translation>Betrag des Kanals</translation>
    </message>
    <message>
        <source>&amp;Amount</source>
        <translation>&amp;Betrag</translation>
    </message>
    <message>
        <source>This is yours in the channel. What you have paid away, you can receive again.</source>
        <translation>So viel gehört dir im Kanal. Was du ausgegeben hast, kannst du wieder empfangen.</translation>
    </message>
    <message>
        <source>As much as &amp;possible</source>
        <translation>So viel wie &amp;möglich</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>Abbre&amp;chen</translation>
    </message>
    <message>
        <source>&amp;Open the channel</source>
        <translation>Kanal &amp;öffnen</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>Kosten</translation>
    </message>
    <message>
        <source>Is being worked out …</source>
        <translation>Wird berechnet …</translation>
    </message>
    <message>
        <source>Another node …</source>
        <translation>Ein anderer Knoten …</translation>
    </message>
    <message>
        <source>Wait</source>
        <translation>Wartezeit</translation>
    </message>
    <message numerus="yes">
        <source>Usable %1 (%n confirmation(s)).</source>
        <translation>
            <numerusform>Benutzbar %1 (%n Bestätigung).</numerusform>
            <numerusform>Benutzbar %1 (%n Bestätigungen).</numerusform>
        </translation>
    </message>
    <message>
        <source>Kept back</source>
        <translation>Zurückgehalten</translation>
    </message>
    <message>
        <source>About %1 in the channel, and %2 in your wallet for closing channels in time.</source>
        <translation>Etwa %1 im Kanal und %2 in deiner Wallet, um Kanäle rechtzeitig schließen zu können.</translation>
    </message>
    <message>
        <source>Risk</source>
        <translation>Risiko</translation>
    </message>
    <message>
        <source>Opening …</source>
        <translation>Wird geöffnet …</translation>
    </message>
    <message>
        <source>The channel is being opened.</source>
        <translation>Der Kanal wird geöffnet.</translation>
    </message>
    <message>
        <source>It goes on when you put this away. Channels shows how, and if it is refused you are told on every page.</source>
        <translation>Es geht weiter, auch wenn du das hier ausblendest. Unter „Kanäle“ siehst du, wie; wird es abgelehnt, steht das auf jeder Seite.</translation>
    </message>
    <message>
        <source>Connecting …</source>
        <translation>Verbindet sich …</translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation>A&amp;usblenden</translation>
    </message>
    <message>
        <source>Your 24 words</source>
        <translation>Deine 24 Wörter</translation>
    </message>
    <message>
        <source>Be online</source>
        <translation>Online sein</translation>
    </message>
    <message>
        <source>Now and then, at best every day. While you are away for long, the other side could close the channel with an old state, and nobody would object.</source>
        <translation>Hin und wieder, am besten jeden Tag. Bist du lange weg, könnte die Gegenseite den Kanal mit einem alten Stand schließen, und niemand würde widersprechen.</translation>
    </message>
    <message>
        <source>The address of the node is missing.</source>
        <translation>Die Adresse des Knotens fehlt.</translation>
    </message>
    <message>
        <source>Without it the channel cannot be opened.</source>
        <translation>Ohne sie kann der Kanal nicht geöffnet werden.</translation>
    </message>
    <message>
        <source>This is no address of a node.</source>
        <translation>Das ist keine Adresse eines Knotens.</translation>
    </message>
    <message>
        <source>It is the node&apos;s key of 66 characters, then @, its host, and a port where it is not the usual one.</source>
        <translation>Sie besteht aus dem Schlüssel des Knotens mit 66 Zeichen, dann @, seinem Rechnernamen und einem Port, wo es nicht der übliche ist.</translation>
    </message>
    <message>
        <source>%1, the fee of the transaction that opens it. Closing it together costs a similar fee; closing it alone costs more, and what it costs is said before.</source>
        <translation>%1, die Gebühr der Transaktion, die ihn öffnet. Gemeinsam zu schließen kostet ähnlich viel; allein zu schließen kostet mehr, und wie viel, steht vorher da.</translation>
    </message>
    <message>
        <source>They do not bring back what is in a channel.</source>
        <translation>Sie bringen nicht zurück, was in einem Kanal ist.</translation>
    </message>
    <message>
        <source>If the other side disappears, you can close the channel alone; your coins then come back, %1.</source>
        <translation>Verschwindet die Gegenseite, kannst du den Kanal allein schließen; dein Geld kommt dann zurück, und zwar %1.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::PayEntry</name>
    <message>
        <source>This is no picture that can be read.</source>
        <translation>Das ist kein lesbares Bild.</translation>
    </message>
    <message>
        <source>Try a PNG or JPEG picture.</source>
        <translation>Versuche es mit einem PNG- oder JPEG-Bild.</translation>
    </message>
    <message>
        <source>This picture is too large.</source>
        <translation>Dieses Bild ist zu groß.</translation>
    </message>
    <message>
        <source>Pictures of up to 32 MB and 50 million pixels are read.</source>
        <translation>Gelesen werden Bilder bis 32 MB und 50 Millionen Bildpunkte.</translation>
    </message>
    <message>
        <source>Cut out the code, or make the picture smaller.</source>
        <translation>Schneide den Code aus, oder verkleinere das Bild.</translation>
    </message>
    <message>
        <source>There is no QR code in this picture.</source>
        <translation>In diesem Bild ist kein QR-Code.</translation>
    </message>
    <message>
        <source>Make sure that the whole code is in the picture and sharp.</source>
        <translation>Achte darauf, dass der ganze Code im Bild und scharf ist.</translation>
    </message>
    <message>
        <source>Invoice, address or payment link</source>
        <translation>Rechnung, Adresse oder Zahlungslink</translation>
    </message>
    <message>
        <source>Paste a Lightning invoice, a bitcoin address or a payment link, or drop a picture of a QR code here.</source>
        <translation>Füge hier eine Lightning-Rechnung, eine Bitcoin-Adresse oder einen Zahlungslink ein, oder zieh ein Bild mit QR-Code hierher.</translation>
    </message>
    <message>
        <source>&amp;Invoice or address</source>
        <translation>&amp;Rechnung oder Adresse</translation>
    </message>
    <message>
        <source>Paste from the clip&amp;board</source>
        <translation>Aus der Zwischenablage &amp;einfügen</translation>
    </message>
    <message>
        <source>Open a &amp;QR picture</source>
        <translation>&amp;QR-Bild öffnen</translation>
    </message>
    <message>
        <source>The clipboard is empty.</source>
        <translation>Die Zwischenablage ist leer.</translation>
    </message>
    <message>
        <source>Copy an invoice or an address first, then paste it here.</source>
        <translation>Kopiere zuerst eine Rechnung oder Adresse, dann füge sie hier ein.</translation>
    </message>
    <message>
        <source>Open a picture with a QR code</source>
        <translation>Ein Bild mit QR-Code öffnen</translation>
    </message>
    <message>
        <source>Reading the picture …</source>
        <translation>Das Bild wird gelesen …</translation>
    </message>
    <message>
        <source>Pictures (%1)</source>
        <translation>Bilder (%1)</translation>
    </message>
</context>
<context>
    <name>runnel::ui::PayPage</name>
    <message>
        <source>Pay</source>
        <translation>Bezahlen</translation>
    </message>
    <message>
        <source>This usually takes a moment. You can look at other pages meanwhile.</source>
        <translation>Das dauert meist einen Augenblick. Du kannst inzwischen andere Seiten ansehen.</translation>
    </message>
    <message>
        <source>The payment is on its way</source>
        <translation>Die Zahlung ist unterwegs</translation>
    </message>
    <message>
        <source>Paying %1 to %2</source>
        <translation>%1 werden an %2 gezahlt</translation>
    </message>
    <message>
        <source>%1 paid.</source>
        <translation>%1 bezahlt.</translation>
    </message>
    <message>
        <source>This can be paid over Lightning, too, where it arrives at once.</source>
        <translation>Das lässt sich auch über Lightning zahlen, wo es sofort ankommt.</translation>
    </message>
    <message>
        <source>Over Lightning it cannot be paid now: %1</source>
        <translation>Über Lightning lässt es sich jetzt nicht zahlen: %1</translation>
    </message>
    <message>
        <source>Sending %1</source>
        <translation>%1 werden gesendet</translation>
    </message>
    <message>
        <source>%1 sent.</source>
        <translation>%1 gesendet.</translation>
    </message>
    <message>
        <source>Looking at what this is …</source>
        <translation>Es wird nachgesehen, was das ist …</translation>
    </message>
    <message>
        <source>Under way for %1. It goes on when you look at other pages; nothing is paid twice.</source>
        <translation>Läuft seit %1. Es geht weiter, wenn du andere Seiten ansiehst; nichts wird doppelt bezahlt.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::PayResult</name>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fertig</translation>
    </message>
    <message>
        <source>Show it in Acti&amp;vity</source>
        <translation>Im &amp;Verlauf zeigen</translation>
    </message>
    <message>
        <source>Paid</source>
        <translation>Bezahlt</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>Gebühr</translation>
    </message>
    <message>
        <source>Time taken</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>To</source>
        <translation>An</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Proof of payment</source>
        <translation>Zahlungsnachweis</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Transaction</source>
        <translation>Transaktion</translation>
    </message>
    <message>
        <source>Still on its way</source>
        <translation>Noch unterwegs</translation>
    </message>
    <message>
        <source>The payment has left and no answer has come yet. It will either arrive or come back to you; it is not paid twice.</source>
        <translation>Die Zahlung ist losgeschickt, eine Antwort steht noch aus. Sie kommt entweder an oder zu dir zurück; doppelt bezahlt wird nicht.</translation>
    </message>
    <message>
        <source>&amp;Back to the invoice</source>
        <translation>&amp;Zurück zur Rechnung</translation>
    </message>
    <message>
        <source>Not paid</source>
        <translation>Nicht bezahlt</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>Not sent</source>
        <translation>Nicht gesendet</translation>
    </message>
    <message>
        <source>Not on its way yet</source>
        <translation>Noch nicht unterwegs</translation>
    </message>
    <message>
        <source>The chain source did not accept the transaction. It is offered again with each block.</source>
        <translation>Die Kettenquelle hat die Transaktion nicht angenommen. Sie wird mit jedem Block wieder angeboten.</translation>
    </message>
    <message>
        <source>Do not send it again, or both could arrive.</source>
        <translation>Sende es nicht noch einmal, sonst könnte beides ankommen.</translation>
    </message>
    <message>
        <source>How it ends is said here, and in Activity.</source>
        <translation>Wie es ausgeht, steht dann hier und unter „Verlauf“.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::PracticeNotice</name>
    <message>
        <source>The practice network is running again.</source>
        <translation>Das Übungsnetz läuft wieder.</translation>
    </message>
    <message>
        <source>What was under way goes on now.</source>
        <translation>Was im Gang war, geht jetzt weiter.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::PracticeShop</name>
    <message>
        <source>Buy something to practise</source>
        <translation>Zur Übung etwas kaufen</translation>
    </message>
    <message>
        <source>The practice shop makes an invoice of the amount you say. Its second till can only be reached through the hub.</source>
        <translation>Der Übungsladen stellt eine Rechnung über den Betrag, den du nennst. Seine zweite Kasse ist nur über den Vermittler zu erreichen.</translation>
    </message>
    <message>
        <source>Amount to practise with</source>
        <translation>Betrag zum Üben</translation>
    </message>
    <message>
        <source>A&amp;mount</source>
        <translation>Be&amp;trag</translation>
    </message>
    <message>
        <source>B&amp;uy in the shop</source>
        <translation>I&amp;m Laden kaufen</translation>
    </message>
    <message>
        <source>Buy through the &amp;hub</source>
        <translation>Über den &amp;Vermittler kaufen</translation>
    </message>
    <message>
        <source>Asking the shop …</source>
        <translation>Der Laden wird gefragt …</translation>
    </message>
</context>
<context>
    <name>runnel::ui::QrView</name>
    <message>
        <source>QR code</source>
        <translation>QR-Code</translation>
    </message>
</context>
<context>
    <name>runnel::ui::Rail</name>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
</context>
<context>
    <name>runnel::ui::ReceivePage</name>
    <message>
        <source>Receive</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>&amp;Lightning invoice</source>
        <translation>&amp;Lightning-Rechnung</translation>
    </message>
    <message>
        <source>&amp;Bitcoin address</source>
        <translation>Bit&amp;coin-Adresse</translation>
    </message>
    <message>
        <source>Amount to receive</source>
        <translation>Zu empfangender Betrag</translation>
    </message>
    <message>
        <source>What it is for</source>
        <translation>Wofür es ist</translation>
    </message>
    <message>
        <source>&amp;Make the invoice</source>
        <translation>Rechnung &amp;erstellen</translation>
    </message>
    <message>
        <source>&amp;Amount</source>
        <translation>&amp;Betrag</translation>
    </message>
    <message>
        <source>Leave it empty to let the payer choose.</source>
        <translation>Lass es leer, dann wählt, wer zahlt.</translation>
    </message>
    <message>
        <source>What it is &amp;for</source>
        <translation>&amp;Wofür es ist</translation>
    </message>
    <message>
        <source>The payer sees this.</source>
        <translation>Wer zahlt, sieht das.</translation>
    </message>
    <message>
        <source>Invoice</source>
        <translation>Rechnung</translation>
    </message>
    <message>
        <source>Make &amp;another</source>
        <translation>Noch &amp;eine</translation>
    </message>
    <message>
        <source>Let the practice shop &amp;pay it</source>
        <translation>Den Übungsladen be&amp;zahlen lassen</translation>
    </message>
    <message>
        <source>The invoice is in the clipboard.</source>
        <translation>Die Rechnung ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>Bitcoin address</source>
        <translation>Bitcoin-Adresse</translation>
    </message>
    <message>
        <source>A &amp;new address</source>
        <translation>&amp;Neue Adresse</translation>
    </message>
    <message>
        <source>Coins sent here arrive on the chain. Open channels with them, or keep them as they are.</source>
        <translation>Geld, das hierher geschickt wird, kommt auf der Kette an. Öffne damit Kanäle oder behalte es, wie es ist.</translation>
    </message>
    <message>
        <source>The address is in the clipboard.</source>
        <translation>Die Adresse ist in der Zwischenablage.</translation>
    </message>
    <message>
        <source>More than can be received at this moment.</source>
        <translation>Mehr, als im Augenblick empfangen werden kann.</translation>
    </message>
    <message>
        <source>The invoice says %1, your channels can take %2 now. It can be paid once there is more room.</source>
        <translation>Die Rechnung lautet auf %1, deine Kanäle können jetzt %2 aufnehmen. Sie kann bezahlt werden, sobald mehr Platz ist.</translation>
    </message>
    <message>
        <source>Invoice of %1</source>
        <translation>Rechnung über %1</translation>
    </message>
    <message>
        <source>Invoice of any amount</source>
        <translation>Rechnung über einen beliebigen Betrag</translation>
    </message>
    <message>
        <source>%1 received.</source>
        <translation>%1 empfangen.</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Waiting for coins. They appear here as soon as they are on their way.</source>
        <translation>Wartet auf Geld. Es erscheint hier, sobald es unterwegs ist.</translation>
    </message>
    <message>
        <source>Waiting to be paid; %1 (%2).</source>
        <translation>Wartet auf Zahlung; %1 (%2).</translation>
    </message>
    <message>
        <source>Expired</source>
        <translation>Abgelaufen</translation>
    </message>
    <message>
        <source>Nobody paid this invoice in time, and nobody can any more. Make another one.</source>
        <translation>Niemand hat diese Rechnung rechtzeitig bezahlt, und jetzt kann es niemand mehr. Erstelle eine neue.</translation>
    </message>
    <message>
        <source>Nothing can be received at this moment.</source>
        <translation>Im Augenblick kann nichts empfangen werden.</translation>
    </message>
    <message>
        <source>An address is being made …</source>
        <translation>Eine Adresse wird erstellt …</translation>
    </message>
    <message>
        <source>There is no address yet.</source>
        <translation>Noch gibt es keine Adresse.</translation>
    </message>
    <message>
        <source>Arrived: %1.</source>
        <translation>Angekommen: %1.</translation>
    </message>
    <message>
        <source>%1 were seen. They can be spent once they are in a block.</source>
        <translation>%1 wurden gesehen. Ausgeben kannst du sie, sobald sie in einem Block sind.</translation>
    </message>
    <message>
        <source>Waiting for coins. The %1 that were seen are not on their way any more: whoever sent them may have replaced or cancelled the transaction.</source>
        <translation>Wartet auf Geld. Die gesehenen %1 sind nicht mehr unterwegs: Wer sie geschickt hat, hat die Transaktion vielleicht ersetzt oder zurückgenommen.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::SecretEdit</name>
    <message>
        <source>Not accepted</source>
        <translation>Nicht angenommen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::SendPreview</name>
    <message>
        <source>This address is your own. The coins would come back to you, less the fee.</source>
        <translation>Diese Adresse ist deine eigene. Das Geld käme zu dir zurück, abzüglich der Gebühr.</translation>
    </message>
    <message>
        <source>&amp;Send …</source>
        <translation>&amp;Senden …</translation>
    </message>
    <message>
        <source>Pay over &amp;Lightning instead</source>
        <translation>Lieber über &amp;Lightning zahlen</translation>
    </message>
    <message>
        <source>On the chain, to this address</source>
        <translation>Auf der Kette, an diese Adresse</translation>
    </message>
    <message>
        <source>Amount to send</source>
        <translation>Zu sendender Betrag</translation>
    </message>
    <message>
        <source>&amp;Everything</source>
        <translation>&amp;Alles</translation>
    </message>
    <message>
        <source>&amp;Amount to send</source>
        <translation>Zu sendender &amp;Betrag</translation>
    </message>
    <message>
        <source>How soon it should be in a block</source>
        <translation>Wie bald es in einem Block sein soll</translation>
    </message>
    <message>
        <source>Payee</source>
        <translation>Empfänger</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Fee</source>
        <translation>Gebühr</translation>
    </message>
    <message>
        <source>Leaves your wallet</source>
        <translation>Verlässt deine Wallet</translation>
    </message>
    <message>
        <source>Stays</source>
        <translation>Bleibt</translation>
    </message>
    <message>
        <source>&amp;Send %1 …</source>
        <translation>%1 &amp;senden …</translation>
    </message>
    <message>
        <source>You send</source>
        <translation>Du sendest</translation>
    </message>
    <message>
        <source>First confirmation</source>
        <translation>Erste Bestätigung</translation>
    </message>
    <message>
        <source>You have sent to this address before: %1 (%2).</source>
        <translation>An diese Adresse hast du schon einmal gesendet: %1 (%2).</translation>
    </message>
    <message>
        <source>%1. It goes as if you had chosen “Soon”, because it takes coins that are kept for closing your channels.</source>
        <translation>%1. Es geht so, als hättest du „Bald“ gewählt, denn es nimmt Geld, das zum Schließen deiner Kanäle zurückgelegt ist.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation>Far&amp;ben</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Text &amp;size</source>
        <translation>Text&amp;größe</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>Runnel %1. Young software: do not put real money into it.</source>
        <translation>Runnel %1. Junge Software: Vertraue ihr kein echtes Geld an.</translation>
    </message>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fertig</translation>
    </message>
    <message>
        <source>Log of this wallet</source>
        <translation>Protokoll dieser Wallet</translation>
    </message>
    <message>
        <source>For reporting what went wrong to whoever you have Runnel from. It holds no secrets, but it names your channels and payments.</source>
        <translation>Damit kannst du denen, von denen du Runnel hast, melden, was schiefgegangen ist. Es enthält keine Geheimnisse, nennt aber deine Kanäle und Zahlungen.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::SetupView</name>
    <message>
        <source>Show what is typed</source>
        <translation>Eingabe zeigen</translation>
    </message>
    <message>
        <source>Hide what is typed</source>
        <translation>Eingabe verbergen</translation>
    </message>
    <message>
        <source>Welcome to Runnel</source>
        <translation>Willkommen bei Runnel</translation>
    </message>
    <message>
        <source>A wallet for payments that arrive in a moment. Where would you like to begin?</source>
        <translation>Eine Wallet für Zahlungen, die in einem Augenblick ankommen. Wo möchtest du beginnen?</translation>
    </message>
    <message>
        <source>Practise first</source>
        <translation>Erst einmal üben</translation>
    </message>
    <message>
        <source>A whole small network inside this computer: a shop, a hub, blocks of its own. Its coins are worth nothing, so nothing can go wrong. No internet is needed.</source>
        <translation>Ein ganzes kleines Netz in diesem Computer: ein Laden, ein Vermittler, eigene Blöcke. Sein Geld ist nichts wert, also kann nichts schiefgehen. Internet ist nicht nötig.</translation>
    </message>
    <message>
        <source>Open the &amp;practice wallet</source>
        <translation>Ü&amp;bungs-Wallet öffnen</translation>
    </message>
    <message>
        <source>Start &amp;practising</source>
        <translation>Mit dem Ü&amp;ben beginnen</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netz</translation>
    </message>
    <message>
        <source>&amp;Network</source>
        <translation>&amp;Netz</translation>
    </message>
    <message>
        <source>Address of the chain source</source>
        <translation>Adresse der Kettenquelle</translation>
    </message>
    <message>
        <source>&amp;Chain source</source>
        <translation>&amp;Kettenquelle</translation>
    </message>
    <message>
        <source>&amp;Go on</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>The chain source is missing.</source>
        <translation>Die Kettenquelle fehlt.</translation>
    </message>
    <message>
        <source>Without it the wallet cannot see its coins.</source>
        <translation>Ohne sie kann die Wallet ihr Guthaben nicht sehen.</translation>
    </message>
    <message>
        <source>Enter the passphrase of your practice wallet.</source>
        <translation>Gib die Passphrase deiner Übungs-Wallet ein.</translation>
    </message>
    <message>
        <source>Enter the passphrase of your wallet on %1.</source>
        <translation>Gib die Passphrase deiner Wallet für %1 ein.</translation>
    </message>
    <message>
        <source>Your wallet</source>
        <translation>Deine Wallet</translation>
    </message>
    <message>
        <source>A new wallet gets 24 words of its own. An old one comes back by its words.</source>
        <translation>Eine neue Wallet bekommt 24 eigene Wörter. Eine alte kommt durch ihre Wörter zurück.</translation>
    </message>
    <message>
        <source>Make a &amp;new wallet</source>
        <translation>&amp;Neue Wallet anlegen</translation>
    </message>
    <message>
        <source>&amp;Restore from words</source>
        <translation>Aus Wörtern &amp;wiederherstellen</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>A passphrase for this computer</source>
        <translation>Eine Passphrase für diesen Computer</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>Passphrase</translation>
    </message>
    <message>
        <source>Passphrase again</source>
        <translation>Passphrase noch einmal</translation>
    </message>
    <message>
        <source>&amp;Passphrase</source>
        <translation>&amp;Passphrase</translation>
    </message>
    <message numerus="yes">
        <source>At least %n character(s); a few words are good.</source>
        <translation>
            <numerusform>Mindestens %n Zeichen; ein paar Wörter sind gut.</numerusform>
            <numerusform>Mindestens %n Zeichen; ein paar Wörter sind gut.</numerusform>
        </translation>
    </message>
    <message>
        <source>The same &amp;again</source>
        <translation>&amp;Noch einmal dieselbe</translation>
    </message>
    <message>
        <source>This passphrase is too short.</source>
        <translation>Diese Passphrase ist zu kurz.</translation>
    </message>
    <message numerus="yes">
        <source>Take at least %n character(s).</source>
        <translation>
            <numerusform>Nimm mindestens %n Zeichen.</numerusform>
            <numerusform>Nimm mindestens %n Zeichen.</numerusform>
        </translation>
    </message>
    <message>
        <source>The two passphrases differ.</source>
        <translation>Die beiden Passphrasen sind verschieden.</translation>
    </message>
    <message>
        <source>Type the same one twice.</source>
        <translation>Gib zweimal dieselbe ein.</translation>
    </message>
    <message>
        <source>Your 24 words</source>
        <translation>Deine 24 Wörter</translation>
    </message>
    <message>
        <source>They are not copied to the clipboard on purpose: other programs can read it.</source>
        <translation>Sie werden mit Absicht nicht in die Zwischenablage kopiert: Andere Programme können sie lesen.</translation>
    </message>
    <message>
        <source>I have &amp;written them down</source>
        <translation>Ich habe sie auf&amp;geschrieben</translation>
    </message>
    <message>
        <source>Three words, to be sure</source>
        <translation>Drei Wörter, um sicherzugehen</translation>
    </message>
    <message>
        <source>Look at your paper and choose the right ones.</source>
        <translation>Sieh auf dein Papier und wähle die richtigen.</translation>
    </message>
    <message>
        <source>&amp;Show the words again</source>
        <translation>Die Wörter noch einmal &amp;zeigen</translation>
    </message>
    <message>
        <source>Enter your words</source>
        <translation>Gib deine Wörter ein</translation>
    </message>
    <message>
        <source>Type them in their order. After a few letters, space completes the word and goes on to the next.</source>
        <translation>Tippe sie in ihrer Reihenfolge. Nach ein paar Buchstaben ergänzt die Leertaste das Wort und geht zum nächsten.</translation>
    </message>
    <message>
        <source>Welcome back</source>
        <translation>Willkommen zurück</translation>
    </message>
    <message>
        <source>&amp;Unlock</source>
        <translation>&amp;Entsperren</translation>
    </message>
    <message>
        <source>One moment</source>
        <translation>Einen Augenblick</translation>
    </message>
    <message>
        <source>Under way</source>
        <translation>Im Gang</translation>
    </message>
    <message>
        <source>Your wallet is being made. Turning a passphrase into a key takes a moment on purpose: it makes guessing slow.</source>
        <translation>Deine Wallet wird angelegt. Aus einer Passphrase einen Schlüssel zu machen dauert mit Absicht einen Augenblick: Das macht Raten langsam.</translation>
    </message>
    <message>
        <source>The wallet is being opened. Turning a passphrase into a key takes a moment on purpose: it makes guessing slow.</source>
        <translation>Die Wallet wird geöffnet. Aus einer Passphrase einen Schlüssel zu machen dauert mit Absicht einen Augenblick: Das macht Raten langsam.</translation>
    </message>
    <message>
        <source>For example %1</source>
        <translation>Zum Beispiel %1</translation>
    </message>
    <message>
        <source>Only when it is another than before. %1</source>
        <translation>Nur wenn es eine andere ist als bisher. %1</translation>
    </message>
    <message>
        <source>Another &amp;network</source>
        <translation>Anderes &amp;Netz</translation>
    </message>
    <message>
        <source>Passphrase &amp;forgotten, or another wallet</source>
        <translation>Passphrase &amp;vergessen, oder andere Wallet</translation>
    </message>
    <message>
        <source>Another wallet in this place</source>
        <translation>Eine andere Wallet an dieser Stelle</translation>
    </message>
    <message>
        <source>Nobody can open a wallet without its passphrase, but its 24 words bring back the coins it has on the chain. What is here is not deleted: its folder gets another name, and a new or a restored wallet takes its place.</source>
        <translation>Ohne Passphrase kann niemand eine Wallet öffnen, aber ihre 24 Wörter bringen das Guthaben zurück, das sie auf der Kette hat. Was hier liegt, wird nicht gelöscht: Der Ordner bekommt einen anderen Namen, und eine neue oder wiederhergestellte Wallet tritt an seine Stelle.</translation>
    </message>
    <message>
        <source>&amp;Set this wallet aside</source>
        <translation>Diese Wallet &amp;beiseitelegen</translation>
    </message>
    <message>
        <source>The wallet was made, with the words you have, but it cannot be opened yet.</source>
        <translation>Die Wallet ist angelegt, mit den Wörtern, die du hast, kann aber noch nicht geöffnet werden.</translation>
    </message>
    <message>
        <source>Unlock it once that is mended.</source>
        <translation>Entsperre sie, sobald das behoben ist.</translation>
    </message>
    <message>
        <source>The wallet&apos;s folder gets another name.</source>
        <translation>Der Ordner der Wallet bekommt einen anderen Namen.</translation>
    </message>
    <message>
        <source>The wallet that was here is kept.</source>
        <translation>Die bisherige Wallet ist aufbewahrt.</translation>
    </message>
    <message>
        <source>It lies in %1.</source>
        <translation>Sie liegt in %1.</translation>
    </message>
    <message>
        <source>It locks the wallet&apos;s file here. If you forget it, the 24 words bring back the coins on the chain. Money in channels is not in the words.</source>
        <translation>Sie verschließt die Datei der Wallet hier. Vergisst du sie, bringen die 24 Wörter das Guthaben auf der Kette zurück. Geld in Kanälen steckt nicht in den Wörtern.</translation>
    </message>
    <message>
        <source>A test network</source>
        <translation>Ein Testnetz</translation>
    </message>
    <message>
        <source>With a bitcoind of yours. This version does not work with real money yet.</source>
        <translation>Mit einem eigenen bitcoind. Mit echtem Geld arbeitet diese Version noch nicht.</translation>
    </message>
    <message>
        <source>Write them on paper, in this order. Whoever has them has your coins. Only they bring back the coins on the chain. Money in channels is not in the words.</source>
        <translation>Schreibe sie auf Papier, in dieser Reihenfolge. Wer sie hat, hat dein Geld. Nur sie bringen das Guthaben auf der Kette zurück. Geld in Kanälen steckt nicht in den Wörtern.</translation>
    </message>
    <message>
        <source>That was not the word in this place.</source>
        <translation>Das war nicht das Wort an dieser Stelle.</translation>
    </message>
    <message>
        <source>Look at your paper again and compare it with the words here. Then other words are asked for.</source>
        <translation>Sieh noch einmal auf dein Papier und vergleiche es mit den Wörtern hier. Dann wird nach anderen Wörtern gefragt.</translation>
    </message>
    <message>
        <source>Words bring back the coins on the chain. Money in channels is not in the words.</source>
        <translation>Wörter bringen das Guthaben auf der Kette zurück. Geld in Kanälen steckt nicht in den Wörtern.</translation>
    </message>
    <message>
        <source>Money in channels is not in the words. With channels open, look for the passphrase first.</source>
        <translation>Geld in Kanälen steckt nicht in den Wörtern. Wenn Kanäle offen sind, such zuerst die Passphrase.</translation>
    </message>
    <message>
        <source>Enter the passphrase of this wallet.</source>
        <translation>Gib die Passphrase dieser Wallet ein.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::Sheet</name>
    <message>
        <source>&amp;Done</source>
        <translation>&amp;Fertig</translation>
    </message>
    <message>
        <source>Close this dialog</source>
        <translation>Diesen Dialog schließen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::Shell</name>
    <message>
        <source>Home</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>Pay</source>
        <translation>Bezahlen</translation>
    </message>
    <message>
        <source>Receive</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Activity</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
</context>
<context>
    <name>runnel::ui::Window</name>
    <message>
        <source>Runnel, %1</source>
        <translation>Runnel, %1</translation>
    </message>
    <message>
        <source>Runnel has stopped this wallet</source>
        <translation>Runnel hat diese Wallet angehalten</translation>
    </message>
    <message>
        <source>&amp;Close the window</source>
        <translation>Fenster &amp;schließen</translation>
    </message>
    <message>
        <source>The disk did not take a change. Nothing that depends on it was done, and nothing is lost. See whether the disk is full, make space on it, then open the wallet again. The technical cause: %1</source>
        <translation>Der Datenträger hat eine Änderung nicht angenommen. Nichts, was davon abhängt, wurde getan, und nichts ist verloren. Sieh nach, ob der Datenträger voll ist, schaffe Platz und öffne die Wallet dann wieder. Die technische Ursache: %1</translation>
    </message>
    <message>
        <source>&amp;Open the wallet again</source>
        <translation>Wallet &amp;wieder öffnen</translation>
    </message>
    <message>
        <source>One moment</source>
        <translation>Einen Augenblick</translation>
    </message>
    <message>
        <source>The wallet&apos;s files are being closed.</source>
        <translation>Die Dateien der Wallet werden geschlossen.</translation>
    </message>
</context>
<context>
    <name>runnel::ui::WordChecks</name>
    <message>
        <source>Which is word number %1?</source>
        <translation>Welches ist Wort Nummer %1?</translation>
    </message>
</context>
<context>
    <name>runnel::ui::WordForm</name>
    <message>
        <source>Word number %1</source>
        <translation>Wort Nummer %1</translation>
    </message>
</context>
</TS>
