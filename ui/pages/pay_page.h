// Pay: paste, drop, or open a picture of a QR code; see who gets how much at what cost; pay over
// Lightning or send on the chain; see how it ended, with the proof or with the cause and what to
// try. A payment goes on when another page is looked at.
//
//     entry (text, a preview) --Pay, Send--> under way --> result --> entry
//
// Where a link offers both ways, Lightning is taken when it can be, and the chain is the other
// choice; never both: what was paid, or is on its way, over Lightning is not offered to be sent
// once more, nor what was sent on the chain to be paid over Lightning.
#pragma once

#include "ui/models/wallet_model.h"
#include "ui/pages/pay_result.h"
#include "ui/widgets/page.h"

#include <QTimer>

namespace runnel::ui {

class InvoicePreview;
class PayEntry;
class PracticeShop;
class Text;

class PayPage : public Page {
    Q_OBJECT
public:
    explicit PayPage(WalletModel& wallet, QWidget* parent = nullptr);
    /// Puts a text there to be looked at, as if pasted.
    void setText(const QString& text);
    /// What waits to be paid, or was to be, with what was typed for it; and how it ended, while
    /// that is shown. What is under way is waited for (Shell::canBeRebuilt).
    struct Place {
        QString text{};
        std::optional<PayEnd> end{};
        std::optional<QString> amount{};           ///< For the invoice that is looked at.
        std::optional<SendPreview::Typed> send{};  ///< For the address.
        std::optional<QString> practice{};         ///< To practise with.
        bool on_chain = false;                     ///< The chain was chosen of two ways.
    };
    Place place() const;
    void resume(const Place& place);
    bool isUnderWay() const;
    /// Reads a QR code out of a picture.
    void readPicture(const QImage& picture);

signals:
    void said(const QString& sentence);
    void wantsActivity();

protected:
    void showEvent(QShowEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    enum class Way { lightning, chain };
    void buildEntry();
    void buildProgress();
    void look();
    void lookAgain();
    void show(const Result<api::Inspection, api::Problem>& looked);
    void show(const api::Inspection& looked);
    void lead();
    /// Done with what is shown of a result.
    void leave();
    void begin(const QString& title);
    void pay(const api::Pay& wish, Msat amount);
    void send(const Sending& sending);
    void paid(const api::CommandResult& result);
    void sent(const api::CommandResult& result, const Sending& sending);
    void end();
    void again();

    WalletModel& m_wallet;
    QWidget* m_top;  ///< Everything before the click.
    PayEntry* m_entry;
    InvoicePreview* m_invoice;
    SendPreview* m_send;
    PracticeShop* m_shop = nullptr;
    QWidget* m_progress;
    Text *m_progress_title, *m_progress_hint;
    PayResult* m_result;

    QTimer m_clock, m_again, m_slow;
    quint64 m_looking = 0;  ///< Counts looks: an answer to an older one is not shown.
    Way m_way = Way::lightning;
    bool m_lead = false;  ///< What is looked at was asked for here: the keyboard goes to it.
    std::optional<api::Inspection> m_looked;
    std::optional<Msat> m_paying;    ///< Over Lightning, while it is under way.
    std::optional<Place> m_resumed;  ///< What was typed, until the text is looked at.
    qint64 m_began = 0;
};

}  // namespace runnel::ui
