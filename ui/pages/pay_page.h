// Pay: paste, or open a picture of a QR code; see who gets how much at what cost; pay; see how it ended, with the proof or with the
// cause and what to try. A payment goes on when another page is looked at.
//
//     entry (text, preview) --Pay--> under way --> paid | failed | still open --> entry
#pragma once

#include "ui/format/problem.h"
#include "ui/models/wallet_model.h"
#include "ui/widgets/page.h"

#include <QTimer>

class QPlainTextEdit;
class QStackedLayout;

namespace runnel::ui {

class AmountEdit;
class AmountLabel;
class Banner;
class Button;
class Card;
class CopyField;
class Facts;
class Glyph;
class Text;

class PayPage : public Page {
    Q_OBJECT
public:
    explicit PayPage(WalletModel& wallet, QWidget* parent = nullptr);
    /// Puts an invoice there to be looked at, as if pasted.
    void setText(const QString& text);
    /// Reads a QR code out of a picture.
    void readPicture(const QImage& picture);

signals:
    void said(const QString& sentence);
    void wantsActivity();

private:
    void buildEntry();
    void buildPractice();
    void buildPreview();
    void buildProgress();
    void buildResult();
    void look();
    void show(const Result<api::Inspection, api::Problem>& looked);
    void updatePay();
    void pay();
    void ended(const api::CommandResult& result);
    void showPaid(const api::Paid& paid);
    void showFailed(const Wording& wording);
    void showOpenEnd();
    void again();
    void buy(bool through_hub);
    void openPicture();

    WalletModel& m_wallet;
    QWidget *m_entry, *m_progress, *m_result;
    QPlainTextEdit* m_text;
    Banner* m_problem;
    Card* m_preview;
    AmountLabel* m_amount;
    QWidget* m_amount_row;
    AmountEdit* m_amount_edit;
    Text* m_amount_hint;
    Facts* m_facts;
    Button* m_pay;
    Text *m_progress_title, *m_progress_hint;
    Glyph* m_result_glyph;
    Text *m_result_title, *m_result_why, *m_result_try;
    AmountLabel* m_result_amount;
    Facts* m_result_facts;
    Button* m_again;
    AmountEdit* m_practice_amount = nullptr;

    QTimer m_look_soon, m_clock;
    quint64 m_looking = 0;  ///< Counts looks: an answer to an older one is not shown.
    std::optional<api::Inspection> m_looked;
    qint64 m_began = 0;
};

}  // namespace runnel::ui
